"""Audio as bytes: what a file is by its first bytes, and a playable one out of nothing. Pure."""

import hashlib
import itertools
import math
import struct
from array import array
from functools import cache

RATE = 8_000
"""Samples a second: the telephone's."""

HEAD = 16
"""As many of a file's first bytes as `is_audio` wants to see."""

_SCALE = (261.63, 293.66, 329.63, 392.00, 440.00, 523.25)  # C major pentatonic, Hz: any two of them sound well
_NOTE = RATE // 4
_FADE = RATE // 50
_LOUDNESS = 9_000


def is_audio(first_bytes: bytes) -> str | None:
    """The media type of audio that begins with these bytes, or None. At least 12 of them, if there are as many."""
    if first_bytes[:4] in (b"RIFF", b"RF64") and first_bytes[8:12] == b"WAVE":
        return "audio/wav"
    if first_bytes[4:8] == b"ftyp":
        return "audio/mp4"
    for magic, media_type in _MAGIC.items():
        if first_bytes.startswith(magic):
            return media_type
    return "audio/mpeg" if _is_mpeg_frame(first_bytes) else None


_MAGIC = {
    b"ID3": "audio/mpeg",
    b"OggS": "audio/ogg",
    b"fLaC": "audio/flac",
    b"#!AMR-WB\n": "audio/amr-wb",
    b"#!AMR\n": "audio/amr",
}


def _is_mpeg_frame(first_bytes: bytes) -> bool:
    """True for the header of an MPEG audio frame of layer I to III (ISO/IEC 11172-3 §2.4.1.3), none of whose fields
    is reserved. Sync bits alone are also those of a UTF-16 text and of AAC."""
    if len(first_bytes) < 4 or first_bytes[0] != 0xFF or first_bytes[1] & 0xE0 != 0xE0:
        return False
    version, layer = first_bytes[1] >> 3 & 0b11, first_bytes[1] >> 1 & 0b11
    bit_rate, sampling_rate = first_bytes[2] >> 4, first_bytes[2] >> 2 & 0b11
    return version != 0b01 and layer != 0b00 and bit_rate != 0b1111 and sampling_rate != 0b11


def channels_of(first_bytes: bytes) -> int:
    """How many channels audio has that begins with these bytes: at least 24 of them. What does not say has one."""
    if first_bytes[:4] == b"RIFF" and first_bytes[12:16] == b"fmt " and len(first_bytes) >= 24:
        return int.from_bytes(first_bytes[22:24], "little")
    if _is_mpeg_frame(first_bytes):
        return 1 if first_bytes[3] >> 6 == 0b11 else 2
    return 1


def tone_wav(seconds: float, seed: str, *, channels: int = 1, comment: str = "") -> bytes:
    """A WAV file (8 kHz, 16 bit) of so many seconds: a slow tune of two voices, the same for the same seed, in one
    channel or in both; a comment stands in it as text."""
    length = max(0, round(seconds * RATE))
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    tune = [byte % len(_SCALE) for byte in digest]
    notes = {choice: _note(choice) for choice in set(tune)}
    samples = array("h")
    choices = itertools.cycle(tune)
    while len(samples) < length:
        samples.extend(notes[next(choices)])
    mono = samples[:length]
    if channels == 2:
        both = array("h", bytes(4 * length))
        both[0::2] = both[1::2] = mono
        mono = both
    data = mono.tobytes()  # little-endian, as WAV is, like every machine this runs on
    told = _comment(comment)
    return _header(len(data), channels, len(told)) + data + told


@cache
def _note(choice: int) -> "array[int]":
    """A quarter of a second of a note and its companion an octave and a fifth below, faded at both ends: no clicks."""
    high = 2 * math.pi * _SCALE[choice] / RATE
    low = high / 3
    return array(
        "h",
        (
            int(_LOUDNESS * min(1.0, at / _FADE, (_NOTE - at) / _FADE) * (math.sin(high * at) + math.sin(low * at)))
            for at in range(_NOTE)
        ),
    )


def _comment(text: str) -> bytes:
    """A chunk LIST of RIFF with the comment (ICMT), none for no text."""
    if not text:
        return b""
    content = text.encode("utf-8", "replace") + b"\0"
    content += b"\0" * (len(content) % 2)
    return struct.pack("<4sI4s4sI", b"LIST", 12 + len(content), b"INFO", b"ICMT", len(content)) + content


def _header(size: int, channels: int, more: int) -> bytes:
    """RIFF header of PCM audio, before `size` bytes of it and `more` of something else:
    http://soundfile.sapp.org/doc/WaveFormat/."""
    block = 2 * channels
    audio = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, RATE, RATE * block, block, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size + more, b"WAVE") + audio + struct.pack("<4sI", b"data", size)
