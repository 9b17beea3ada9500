"""Descriptions of pictures: those that a person wrote, told from what programs put in their place."""

from __future__ import annotations

import re

_FILE = re.compile(
    r"[^\n]*\.(?:png|jpe?g|jfif|gif|bmp|tiff?|wmf|emf|svgz?|webp|ico|heic|avif|eps|pdf|mp4|mov|avi|wmv)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:|file:|data:|www\.|[A-Za-z]:\\|\\\\)\S*", re.IGNORECASE)
_NAME = re.compile(
    r"(?:picture|image|img|graphic|shape|object|photo|screenshot|logo|icon|cover|chart|diagram|table"
    r"|content placeholder|圖片|图片|圖像|图像|內容版面配置區|内容占位符"
    r"|bild|grafik|imagen|afbeelding|immagine)[\s_-]*\d*",
    re.IGNORECASE,
)
_GENERATED = re.compile(
    r"description automatically generated|ai-generated content may be incorrect|automatically generated description"
    r"|自動產生的描述|自动生成的说明|人工智慧產生|ai 生成|automatisch generierte beschreibung"
    r"|description générée automatiquement|descripción generada automáticamente|descrizione generata automaticamente",
    re.IGNORECASE,
)


def is_generated(description: str) -> bool:
    """Whether an office program says that it described the picture by itself."""
    return _GENERATED.search(description) is not None


def is_description(description: str) -> bool:
    """Whether it says something: more than the name of a file or of the kind of object."""
    text = description.strip()
    return any(c.isalpha() for c in text) and not any(one.fullmatch(text) for one in (_FILE, _ADDRESS, _NAME))
