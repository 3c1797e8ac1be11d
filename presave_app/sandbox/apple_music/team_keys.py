"""The MusicKit keys the twin knows: ten characters of name, the team they belong to, their public half.

https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey


class TeamKeyError(ValueError):
    """The PEM is no private or public key on the curve P-256."""


@dataclass(frozen=True, slots=True)
class TeamKey:
    key_id: str
    team_id: str
    public: ECKey


def made_up_private_key() -> str:
    """A new private key as PEM, of the kind a `.p8` file holds."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def read_public_key(pem: str) -> ECKey:
    """The public half of a key written as PEM; a private key gives away nothing else to the twin.

    In an environment variable the lines are often joined with the two characters `\\n`. Raises TeamKeyError.
    """
    data = pem.replace("\\n", "\n").strip().encode()
    try:
        if b"PUBLIC KEY" in data:
            public = serialization.load_pem_public_key(data)
        else:
            public = serialization.load_pem_private_key(data, None).public_key()
    except (ValueError, TypeError) as error:
        raise TeamKeyError("the MusicKit key is not PEM") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise TeamKeyError("the MusicKit key is not on the curve P-256")
    return ECKey.import_key(
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
