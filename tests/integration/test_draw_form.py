"""The function that draws 転入届 on moto: what it keeps and says, and that a crash between the two is harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pypdfium2
import pytest
from botocore.exceptions import ClientError

from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.cases import CertificatePart
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import Certificate, CertificatePerson, encode
from kyotsu.moving.ports import PaperKind
from kyotsu.runtime.logs import StepFailedError
from kyotsu.runtime.tables import TableItem, bound
from kyotsu.wiring import moving, moving_form
from tests.fakes.moving_contract import OPENED, case
from tests.integration.cloud import REGION, Cloud
from tests.integration.conftest import load

NAME = "渡邉\U000e0101 太郎"
CASE = replace(
    case("A1"), certificate_total=1, certificate_revision=1, certificate_parts=(CertificatePart(1, "m1"),), revision=0
)
Draw = Callable[[], Any]


@pytest.fixture
def draw(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Draw]:
    bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    cloud.s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    settings = {"MOVING_TABLE": "moving", "PAPERS_TABLE": "papers", "PAPER_BUCKET": "papers", "PAPER_KEY": key}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    caches = (moving.cases, moving.papers, moving_form.drawing)
    for cached in caches:
        cached.cache_clear()
    moving.cases().open(CASE, OPENED)
    person = CertificatePerson(position=1, name=NAME, individual_number="983205673214")
    certificate = Certificate(from_municipality="131016", to_municipality="141003", people=(person,))
    moving.papers().put(CASE.id, part_name("m1"), encode(certificate))
    handler = load("moving/draw_form").handler
    yield lambda: handler({"case": CASE.id, "step": "draw"}, None)
    for cached in caches:
        cached.cache_clear()


def test_it_keeps_the_form_sealed_and_says_so(draw: Draw, cloud: Cloud) -> None:
    assert draw() == {"result": "drawn"}
    pdf = moving.papers().get(CASE.id, PaperKind.FORM)
    assert pdf is not None
    assert NAME in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert moving.cases().get(CASE.id).has_form
    stored = str(cloud.dynamodb.scan(TableName="papers")["Items"]) + str(cloud.dynamodb.scan(TableName="moving"))
    assert "%PDF" not in stored
    assert "太郎" not in stored


def test_drawn_and_not_noted_it_is_drawn_again(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(store: object, *_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

    with monkeypatch.context() as patch:
        patch.setattr(type(moving.cases()), "save", failing)
        with pytest.raises(StepFailedError, match=r"^ClientError$"):
            draw()
    first = moving.papers().get(CASE.id, PaperKind.FORM)
    assert first is not None
    assert not moving.cases().get(CASE.id).has_form
    assert draw() == {"result": "drawn"}
    assert moving.papers().get(CASE.id, PaperKind.FORM) == first
    assert moving.cases().get(CASE.id).has_form


def test_what_fails_is_logged_without_a_name(draw: Draw, caplog: pytest.LogCaptureFixture) -> None:
    moving.cases().save(replace(moving.cases().get(CASE.id), certificate_parts=()))
    with pytest.raises(Exception, match="転入届を作成できません"):
        draw()
    (line,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (line["message"], line["case_id"], line["error"]) == ("form.not_drawn", CASE.id, "FormError")
    assert "太郎" not in str(line)
