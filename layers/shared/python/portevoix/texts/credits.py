"""How a photo is credited."""

TEXTS = {
    "photo": ("Photo\u00a0: {names}", "Photo: {names}"),
}
