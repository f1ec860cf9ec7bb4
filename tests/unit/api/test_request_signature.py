"""A body's signature: checked while it streams, refused with the reason."""

import io
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from posthog.api.request_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, open_signed_stream
from posthog.encryption import encrypt
from posthog.errors import CredentialUnknown
from posthog.llm_gateway.signature import sign_body
from posthog.models import GatewayCredential

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
SECRET = "phs_secret"
BODY = b'[{"id": 1}]'


@pytest.fixture
def credential(settings: Settings) -> GatewayCredential:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return GatewayCredential(signing_secret=encrypt(SECRET.encode()), is_signature_required=True)


def check(credential: GatewayCredential, headers: dict[str, str], body: bytes = BODY) -> None:
    """Read the body two bytes at a time, then ask whether its signature fits."""
    stream = open_signed_stream(io.BytesIO(body), headers, credential, now=NOW)
    assert stream is not None
    while stream.read(2):
        pass
    stream.require_match()


def test_documented_signature_fits(credential: GatewayCredential) -> None:
    """hmac_sha256(secret, timestamp + "." + body) in hex, as `openssl dgst -sha256 -hmac` prints it."""
    header = "v1=c3221562160f0b2193d76897d94f1cf8affbfb23b55e726acab081fb7133ead8"
    assert sign_body(BODY, secret=SECRET, timestamp=NOW_S)[SIGNATURE_HEADER] == header
    check(credential, {TIMESTAMP_HEADER: str(NOW_S), SIGNATURE_HEADER: header})


def test_one_of_several_signatures_is_enough(credential: GatewayCredential) -> None:
    """A sender that changes its secret signs with both for a while; versions nobody knows are passed over."""
    headers = sign_body(BODY, secret=SECRET, timestamp=NOW_S)
    headers[SIGNATURE_HEADER] = f"v0=abc, v1={'0' * 64}, {headers[SIGNATURE_HEADER]}"
    check(credential, headers)


@pytest.mark.parametrize("skew_s", [-300, 300])
def test_timestamp_within_the_window_is_taken(credential: GatewayCredential, skew_s: int) -> None:
    """Clocks differ."""
    check(credential, sign_body(BODY, secret=SECRET, timestamp=NOW_S + skew_s))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "signature_missing", id="none"),
        pytest.param({SIGNATURE_HEADER: "v1=ab"}, "signature_malformed", id="no-timestamp"),
        pytest.param({SIGNATURE_HEADER: "v1=ab", TIMESTAMP_HEADER: "noon"}, "signature_malformed", id="no-number"),
        pytest.param({SIGNATURE_HEADER: "v1=ab", TIMESTAMP_HEADER: "9" * 5000}, "signature_malformed", id="huge"),
        pytest.param({SIGNATURE_HEADER: "v1=ab", TIMESTAMP_HEADER: "٣"}, "signature_malformed", id="other-digits"),
        pytest.param({SIGNATURE_HEADER: "ab", TIMESTAMP_HEADER: str(NOW_S)}, "signature_malformed", id="no-version"),
        pytest.param(sign_body(BODY, secret=SECRET, timestamp=NOW_S - 301), "signature_expired", id="too-old"),
        pytest.param(sign_body(BODY, secret=SECRET, timestamp=NOW_S + 301), "signature_expired", id="too-new"),
        pytest.param(sign_body(BODY, secret="other", timestamp=NOW_S), "signature_mismatch", id="other-secret"),
        pytest.param(sign_body(BODY + b" ", secret=SECRET, timestamp=NOW_S), "signature_mismatch", id="other-body"),
        pytest.param({SIGNATURE_HEADER: "v1=é", TIMESTAMP_HEADER: str(NOW_S)}, "signature_mismatch", id="no-ascii"),
        pytest.param(
            sign_body(BODY, secret=SECRET, timestamp=NOW_S - 1) | {TIMESTAMP_HEADER: str(NOW_S)},
            "signature_mismatch",
            id="other-timestamp",
        ),
    ],
)
def test_body_is_refused_with_the_reason(credential: GatewayCredential, headers: dict[str, str], code: str) -> None:
    """401 names what is wrong with the signature."""
    with pytest.raises(CredentialUnknown) as refused:
        check(credential, headers)
    assert refused.value.code == code


def test_unsigned_body_is_taken_where_a_signature_is_optional(credential: GatewayCredential) -> None:
    """And where the credential has no secret, a signature is not looked at."""
    credential.is_signature_required = False
    assert open_signed_stream(io.BytesIO(BODY), {}, credential, now=NOW) is None
    nobody = GatewayCredential(signing_secret=None)
    assert open_signed_stream(io.BytesIO(BODY), {SIGNATURE_HEADER: "v1=ab"}, nobody, now=NOW) is None


def test_wrong_signature_is_refused_where_it_is_optional(credential: GatewayCredential) -> None:
    """Optional is the signature, not its being right."""
    credential.is_signature_required = False
    with pytest.raises(CredentialUnknown, match="body received"):
        check(credential, sign_body(BODY, secret="other", timestamp=NOW_S))
