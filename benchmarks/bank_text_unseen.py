"""How people and banks write, as in the statements of German and French banks."""

import textwrap

UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "AE", "Ö": "OE", "Ü": "UE",
     "é": "e", "è": "e", "í": "i", "á": "a", "ø": "o", "š": "s", "ë": "e"}
)  # fmt: skip
LOOKS_LIKE = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"}
LABELS = (
    "Rg.", "Rg.Nr.", "Re.-Nr.", "Rechnung", "Rechnungsnr", "Fa.", "Faktura", "Beleg",
    "Facture", "Zahlung", "", "R.", "Ihre Rechnung", "RNR",
)  # fmt: skip


class Writer:
    """Writes what a payer means, with the customs and mistakes of payers and banks."""

    def __init__(self, rng):
        self.rng = rng

    def name(self, name):
        chance = self.rng.random()
        plain = name.translate(UMLAUTS)
        if chance < 0.45:
            return plain.upper()[:70]
        if chance < 0.65:
            return plain[:27]
        if chance < 0.75:
            return name
        if chance < 0.88:
            return self.mistype(plain)
        first, _blank, rest = plain.partition(" ")
        return f"{rest}, {first}"[:35]

    def mistype(self, text):
        """Two letters turned around, one left out, or one doubled."""
        at = self.rng.randrange(1, max(2, len(text) - 1))
        before, letter, after = text[:at], text[at : at + 1], text[at + 1 :]
        return self.rng.choice(
            (before + after, before + letter * 2 + after,
             before[:-1] + letter + before[-1:] + after)
        )  # fmt: skip

    def number(self, item):
        """The number of an invoice, more or less as it stands there."""
        written = item.number
        forms = [written, written, written, written.replace("-", " "),
                 written.replace("-", ""), written.replace("/", " "),
                 written.lower()]  # fmt: skip
        if written.endswith("/A"):
            forms += [written[:-2], written.replace("/A", " A"), written[3:]]
        if written.startswith("RE-"):
            forms += [written[3:], f"RE{written[3:]}", f"RE {written[5:]}"]
        if written.startswith("INV/"):
            forms += [written[4:], written[6:]]
        if written.isdigit():
            forms += [f"{written[:4]} {written[4:]}", f"{written[:2]}.{written[2:]}"]
        return self.rng.choice(forms)

    def read_badly(self, text):
        """As a machine reads a form: a digit becomes a letter."""
        places = [i for i, c in enumerate(text) if c in LOOKS_LIKE]
        at = self.rng.choice(places)
        return text[:at] + LOOKS_LIKE[text[at]] + text[at + 1 :]

    def say(self, parts, customer=0, amount=0):
        rng = self.rng
        words = [rng.choice(LABELS)]
        words.append(rng.choice((" ", ", ", "+", " u. ", " und ", "; ")).join(parts))
        if rng.random() < 0.2:
            words.append(f"vom {rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.2025")
        if rng.random() < 0.15:
            words.insert(rng.randrange(2), f"Kd.-Nr. {10_000 + customer}")
        if rng.random() < 0.12 and amount:
            words.append(f"EUR {amount // 100},{amount % 100:02d}")
        if rng.random() < 0.1:
            words.append(
                rng.choice(("Danke", "abzgl. Gutschrift", "Skonto", "1. Rate"))
            )
        return self.send(" ".join(word for word in words if word))

    def send(self, text):
        """What the banks make of a text on its way."""
        rng = self.rng
        if rng.random() < 0.25:
            text = text.translate(UMLAUTS).upper()
        if rng.random() < 0.25:
            end_to_end = rng.choice(("NOTPROVIDED", f"{rng.randrange(10**9)}"))
            text = f"EREF+{end_to_end}SVWZ+{text}"
        return self.wrap(text)

    def wrap(self, text):
        """Lines of 27 or 35 characters, in the middle of words and numbers."""
        chance = self.rng.random()
        if chance < 0.4:
            return text
        if chance < 0.6:
            return "\n".join(textwrap.wrap(text, 35))
        width, glue = self.rng.choice(((27, ""), (27, " "), (35, " "), (35, "\n")))
        return glue.join(text[i : i + width] for i in range(0, len(text), width))
