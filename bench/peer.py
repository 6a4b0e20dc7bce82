"""The peer: Presidio on spaCy with the Japanese model ja-ginza, set up as its documentation says, and helped where it is fair."""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Span = tuple[int, int, str]

NAME = "Presidio + ja-ginza"

LABELS = {
    "PERSON": "PERSON",
    "LOCATION": "ADDRESS",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "CREDIT_CARD": "CREDIT_CARD",
    "IP_ADDRESS": "IP_ADDRESS",
}
"""Its entity types in our words; what has no counterpart (DATE_TIME, URL, UUID …) is left out, not held against it."""

GINZA = {
    "Person": "PERSON",
    **dict.fromkeys(("Date", "Time", "Era"), "DATE_TIME"),
    **dict.fromkeys(
        (
            "Address_Other City Country County Domestic_Region Geological_Region_Other GPE_Other Location_Other "
            "Postal_Address Province Region_Other"
        ).split(),
        "LOCATION",
    ),
}
"""GiNZA's extended entity names, which Presidio's default table (PERSON, GPE …) does not know: without this it finds no name."""


def load_peer() -> tuple[Callable[[str], list[Span]] | None, str]:
    """Return the peer as a function from text to spans in our labels and "", or None and the reason why it is not there."""
    if not all(importlib.util.find_spec(name) for name in ("presidio_analyzer", "ja_ginza")):
        return None, "not installed"
    try:
        return build_peer(), ""
    except Exception as error:  # noqa: BLE001 - a peer that does not start here is a row that says so
        return None, f"does not start: {type(error).__name__}"


def build_peer() -> Callable[[str], list[Span]]:
    """Return the peer with its default recognisers for language "ja" and its default score threshold.

    Three helps: GiNZA's names are mapped, the recogniser of cards (shipped for other languages only) is added, and the
    reserved domains that the invented mails use count as known, because it refuses mails with unknown endings. The list
    of known endings is the one in the package: without that the first mail would start a download.
    """
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415 - optional and slow to import
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer  # noqa: PLC0415
    from tldextract import TLDExtract, tldextract  # noqa: PLC0415

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    tldextract.TLD_EXTRACTOR = TLDExtract(suffix_list_urls=(), extra_suffixes=("example", "test", "invalid"))
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "ja", "model_name": "ja_ginza"}],
            "ner_model_configuration": {"model_to_presidio_entity_mapping": GINZA},
        }
    )
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["ja"])
    engine.registry.add_recognizer(CreditCardRecognizer(supported_language="ja"))

    def analyze(text: str) -> list[Span]:
        found = engine.analyze(text, language="ja")
        return [(r.start, r.end, LABELS[r.entity_type]) for r in found if r.entity_type in LABELS]

    return analyze
