"""New plugin packages: ``create("splitter", "sentences", Path())`` writes one that builds, passes its tests and runs.

The templates are files in ``templates``: those of ``common``, and those of the kind. In a file ``<<name>>`` stands for
a value; in its path ``__module__`` for the module and ``dot_`` for a dot; ``.tmpl`` falls away.
"""

from potluck.scaffold.create import Created, create_package

__all__ = ["Created", "create_package"]
