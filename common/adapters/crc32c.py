"""The checksum that Google's APIs protect payloads with (RFC 3720, appendix B.4: Castagnoli)."""

_REVERSED_POLYNOMIAL = 0x82F63B78


def crc32c(data: bytes) -> int:
    """The CRC-32C of `data`, bit by bit: fast enough for secrets, which are small."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (_REVERSED_POLYNOMIAL if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF
