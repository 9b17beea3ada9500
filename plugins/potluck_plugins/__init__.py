"""The bundled plugins, written as anybody would write them: they use potluck's public contracts and nothing else."""
