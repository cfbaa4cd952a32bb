"""The picture of the demonstration, drawn when it is needed: the same bytes every time."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1200, 675)
SKY, BANK, WATER, ICE = (221, 233, 240), (139, 124, 98), (67, 106, 128), (236, 243, 247)
COAT, BOOT, GLASS = (196, 84, 52), (58, 92, 60), (250, 252, 253)


def draw_creek(path: Path) -> None:
    """Draw a volunteer in boots, who holds a vial over a half-frozen creek."""
    image = Image.new("RGB", SIZE, SKY)
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 330), (420, 300), (900, 345), (1200, 310), (1200, 675), (0, 675)], fill=BANK)
    pen.polygon([(0, 470), (1200, 420), (1200, 675), (0, 675)], fill=WATER)
    for left, top, right, bottom in (
        (-60, 470, 260, 540),
        (180, 560, 520, 640),
        (760, 430, 1030, 490),
        (930, 540, 1260, 630),
    ):
        pen.ellipse((left, top, right, bottom), fill=ICE)
    image = image.filter(ImageFilter.GaussianBlur(3))
    pen = ImageDraw.Draw(image)
    _draw_volunteer(pen)
    image.save(path, format="PNG")


def _draw_volunteer(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((520, 380, 566, 500), fill=BOOT)
    pen.rectangle((600, 380, 646, 500), fill=BOOT)
    pen.rounded_rectangle((500, 200, 666, 400), radius=48, fill=COAT)
    pen.ellipse((540, 110, 630, 206), fill=(228, 190, 160))
    pen.pieslice((530, 92, 640, 200), 180, 360, fill=BOOT)
    pen.line([(650, 250), (760, 330)], fill=COAT, width=38)
    pen.rounded_rectangle((752, 310, 786, 400), radius=10, fill=GLASS, outline=WATER, width=4)
    pen.rectangle((757, 360, 781, 394), fill=WATER)
