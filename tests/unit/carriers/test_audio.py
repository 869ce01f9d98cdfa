"""Audio made of nothing, and audio told from everything else."""

import io
import time
import wave
from array import array
from itertools import pairwise

import pytest

from tandem.carriers.audio import channels_of, is_audio, tone_wav


def _samples(wav: bytes) -> "array[int]":
    with wave.open(io.BytesIO(wav)) as reader:
        return array("h", reader.readframes(reader.getnframes()))


@pytest.mark.parametrize("seconds", [0, 0.1, 1, 2.5, 5])
def test_a_tone_is_a_telephone_quality_wav_of_the_length_asked_for(seconds: float) -> None:
    wav = tone_wav(seconds, "call-1")
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getframerate(), reader.getsampwidth(), reader.getnchannels()) == (8000, 2, 1)
        assert reader.getnframes() == round(seconds * 8000)
    assert int.from_bytes(wav[4:8], "little") == len(wav) - 8


def test_no_time_at_all_is_silence_and_still_a_file() -> None:
    assert tone_wav(-1, "call-1") == tone_wav(0, "call-1")
    assert len(_samples(tone_wav(-1, "call-1"))) == 0


def test_the_same_seed_gives_the_same_tone_and_another_seed_another() -> None:
    assert tone_wav(3, "one") == tone_wav(3, "one")
    assert tone_wav(3, "one") != tone_wav(3, "two")


def test_a_tone_can_be_heard_and_does_not_clip() -> None:
    samples = _samples(tone_wav(5, "call-1"))
    assert max(samples) > 8_000
    assert -32_768 < min(samples) <= max(samples) < 32_767
    assert max(abs(b - a) for a, b in pairwise(samples)) < 8_000  # no clicks


def test_a_tone_lies_between_the_pitches_of_its_scale() -> None:
    crossings = sum(
        a < 0 <= b for a, b in zip(_samples(tone_wav(4, "x")), _samples(tone_wav(4, "x"))[1:], strict=False)
    )
    assert 80 * 4 < crossings < 530 * 4


def test_a_seed_may_be_any_text() -> None:
    assert is_audio(tone_wav(0.1, "\ud800 \x00 ✓")) == "audio/wav"


def test_five_seconds_cost_less_than_30_ms_of_cpu() -> None:
    started = time.process_time()
    for number in range(5):
        tone_wav(5, f"call-{number}")
    assert (time.process_time() - started) / 5 < 0.03


@pytest.mark.parametrize(
    ("first_bytes", "media_type"),
    [
        (tone_wav(0, ""), "audio/wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "audio/wav"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\x00\x00\x00\x00", "audio/mpeg"),  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz
        (b"\xff\xf3\x48\xc4\x00\x00\x00\x00", "audio/mpeg"),  # MPEG 2 layer III
        (b"\xff\xe3\x18\xc4\x00\x00\x00\x00", "audio/mpeg"),  # MPEG 2.5 layer III
        (b"OggS\x00\x02\x00\x00", "audio/ogg"),
        (b"fLaC\x00\x00\x00\x22", "audio/flac"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"#!AMR-WB\n\x04", "audio/amr-wb"),
    ],
)
def test_audio_is_known_by_its_first_bytes(first_bytes: bytes, media_type: str) -> None:
    assert is_audio(first_bytes) == media_type


@pytest.mark.parametrize(
    "first_bytes",
    [
        b"",
        b"\xff",
        b"\xff\xfb",
        b"<!DOCTYPE html>",
        b'{"error":"expired"}',
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"RIFF",
        b"\xff\xfe<\x00h\x00t\x00m\x00",  # UTF-16 text
        b"\xff\xf1\x50\x80\x00\x1f\xfc",  # AAC in ADTS: the layer is reserved
        b"\xff\xeb\x90\x64",  # reserved version
        b"\xff\xfb\xf0\x64",  # reserved bit rate
        b"\xff\xfb\x9c\x64",  # reserved sampling rate
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x89PNG\r\n\x1a\n",
        b"MZ\x90\x00",
        b"PK\x03\x04",
    ],
)
def test_what_is_not_audio_is_not_taken_for_it(first_bytes: bytes) -> None:
    assert is_audio(first_bytes) is None


def test_a_tone_in_two_channels_sounds_the_same_in_both() -> None:
    wav = tone_wav(1, "x", channels=2)
    assert _samples(wav)[0::2] == _samples(wav)[1::2] == _samples(tone_wav(1, "x"))
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getnchannels(), reader.getframerate(), reader.getnframes()) == (2, 8000, 8000)


@pytest.mark.parametrize("text", ["Hello", "Hello!", "Grüße ✓"])
def test_a_comment_stands_beside_the_sound(text: str) -> None:
    wav = tone_wav(1, "x", comment=text)
    assert wav[44:].startswith(tone_wav(1, "x")[44:])
    assert int.from_bytes(wav[4:8], "little") == len(wav) - 8
    at = wav.index(b"ICMT")
    size = int.from_bytes(wav[at + 4 : at + 8], "little")
    assert wav[at + 8 : at + 8 + size].rstrip(b"\0").decode() == text
    assert at + 8 + size == len(wav)
    assert size % 2 == 0
    assert _samples(wav) == _samples(tone_wav(1, "x"))


@pytest.mark.parametrize(
    ("first_bytes", "channels"),
    [
        (tone_wav(0.1, "x")[:64], 1),
        (tone_wav(0.1, "x", channels=2)[:64], 2),
        (b"\xff\xfb\x90\xc4", 1),
        (b"\xff\xfb\x90\x44", 2),
        (b"ID3\x04", 1),
        (b"RIFF", 1),
        (b"", 1),
    ],
)
def test_audio_says_how_many_channels_it_has(first_bytes: bytes, channels: int) -> None:
    assert channels_of(first_bytes) == channels
