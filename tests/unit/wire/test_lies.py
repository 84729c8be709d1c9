"""A child that lies: each forged frame is refused, quickly, with a WireError."""

import struct
import time

import pytest

from grader.limits import ARRAY_ELEMENTS, FRAME_BYTES, HEADER_BYTES, NESTING_DEPTH, TEXT_CHARACTERS
from grader.wire.codec import WireError, decode, encode
from grader.wire.messages import Array, NdarrayValue, OpCount, Read, ReadReport, Series, World

NONCE = b"n" * 16


def forged(header, payload=b"", nonce=NONCE, magic=b"ADGR", version=1, lengths=None):
    header = header.encode() if isinstance(header, str) else header
    lengths = lengths or (len(header), len(payload))
    return struct.pack(">4sB16sII", magic, version, nonce, *lengths) + header + payload


def value(token, payload=b""):
    return forged(f'["ReadReport",false,{token}]', payload)


def array(dtype, shape, payload=b""):
    return value(f'["NdarrayValue",["Array",{dtype},{shape}]]', payload)


def refused(frame, expected=ReadReport):
    start = time.process_time()
    with pytest.raises(WireError):
        decode(frame, NONCE, expected)
    # Generous: the point is that nothing takes quadratic time.
    assert time.process_time() - start < 2


def test_the_forging_tools_can_tell_the_truth():
    assert decode(value("1"), NONCE, ReadReport) == ReadReport(False, 1)
    honest = NdarrayValue(Array("float32", (2,), b"12345678"))
    assert decode(array('"float32"', "[2]", b"12345678"), NONCE, ReadReport) == ReadReport(False, honest)


@pytest.mark.parametrize("nonce", [b"m" * 16, bytes(16), NONCE[:-1] + b"o"])
def test_an_answer_to_another_request_is_refused(nonce):
    refused(forged('["ReadReport",false,1]', nonce=nonce))


@pytest.mark.parametrize("frame", [
    b"", b"A", b"ok\n", b"\0" * 29,
    forged("[]", magic=b"GIF8"), forged('["ReadReport",false,1]', version=2),
    forged("", lengths=(HEADER_BYTES + 1, 0)), forged("", lengths=(2, FRAME_BYTES)),
    forged("", lengths=(2**32 - 1, 2**32 - 1)), forged('["ReadReport",false,1]', lengths=(21, 0)),
    forged('["ReadReport",false,1]', lengths=(23, 0)), forged('["ReadReport",false,1]', lengths=(22, 1)),
    value("1") + b"x", value("1") * 2, value("1", b"x"), value("1")[:-1],
])  # fmt: skip
def test_a_frame_whose_frame_lies_is_refused(frame):
    refused(frame)


@pytest.mark.parametrize("header", [
    "", " ", "null", "1", "{}", "[]", "[[]]", '"ReadReport"', "[null]", '["ReadReport"]', '["ReadReport",false]',
    '["ReadReport",false,1,2]', '["ReadReport",false,1]]', '["ReadReport",false,1] 1', "['ReadReport',false,1]",
    '["ReadReport",false,1,]', '["ReadReport",0,1]', '["ReadReport",1,1]', '["ReadReport",null,1]',
    '["ReadReport","false",1]', '{"ReadReport":[false,1]}', '[["ReadReport"],false,1]',
    b'["ReadReport",false,"\xff"]', b"\xff\xfe[\x00", b'\xef\xbb\xbf["ReadReport",false,1]', "\0",
])  # fmt: skip
def test_a_header_of_another_shape_is_refused(header):
    refused(forged(header))


@pytest.mark.parametrize("name", ["os.system", "object", "WireError", "Codec", "RunReport", "Reply", "__class__", ""])
def test_a_class_nobody_asked_for_is_refused(name):
    refused(forged(f'["{name}",false,1]'))
    refused(value(f'["{name}"]'))
    refused(value(f'{{"{name}":1}}'))


def test_a_well_formed_message_of_another_class_is_refused():
    refused(encode(Read("x"), NONCE))
    refused(value('["Read","x"]'))
    refused(value('["TensorSpec",["Array","uint8",[0]],false,true,true,null]'))


@pytest.mark.parametrize("shape", [
    "[-1]", "[-2,-4]", "[NaN]", "[Infinity]", "[8.0]", "[true,8]", '["8"]', "[null]", "null", "8", "{}", "[[8]]",
    "[7]", "[9]", "[]", "[8,0]", "[0]", "[4611686018427387904,4]", "[9223372036854775807]", "[1e1]",
    "[18446744073709551624]", "[0,9223372036854775807]", f"[{ARRAY_ELEMENTS + 1},0]",
    "[8" + ",1" * 16 + "]",
])  # fmt: skip
def test_a_shape_that_does_not_fit_its_bytes_is_refused(shape):
    refused(array('"uint8"', shape, bytes(8)))


def test_huge_numbers_are_refused_without_calculating_forever():
    refused(value("1" * 1_000_000))
    refused(array('"uint8"', "[" + "1," * 500_000 + "8]", bytes(8)))
    refused(array('"uint8"', "[" + ",".join(["9223372036854775807"] * 16) + "]"))


@pytest.mark.parametrize("dtype", ['"object"', '"str"', '"float128"', '"O8"', '"<f4"', '""', "null", "4", '["uint8"]'])
def test_an_unknown_element_type_is_refused(dtype):
    refused(array(dtype, "[8]", bytes(64)))


def test_two_arrays_can_not_share_bytes():
    item = '["NdarrayValue",["Array","uint8",[8]]]'
    refused(value(f'["SequenceValue","list",[{item},{item}]]', bytes(8)))


def test_many_arrays_together_are_capped():
    item = f'["NdarrayValue",["Array","uint8",[{ARRAY_ELEMENTS // 2}]]]'
    refused(value(f'["SequenceValue","list",[{item},{item},{item}]]', bytes(ARRAY_ELEMENTS // 2 * 3)))


@pytest.mark.parametrize("token", [
    "9223372036854775808", "-9223372036854775809", "NaN", "Infinity", "-Infinity", "1e999",
    '{"float":"NaN"}', '{"float":1.0}', '{"float":null}', '{"float":"nan","float":"nan"}', '{"float":"nan","x":1}',
    '{"complex":[1,2]}', '{"complex":[1.0]}', '{"complex":[1.0,true]}', '{"complex":{"float":"nan"}}', '{"x":1}', "{}",
    '{"text":-1}', '{"text":1}', '{"text":1.0}', '{"text":true}', '{"text":"x"}', "[]", "[1]", "[null]", "[[]]",
    '["SequenceValue"]', '["SequenceValue","list",null]', '["SequenceValue",1,[]]', '["SequenceValue","list",{}]',
    '["SequenceValue","list",[],[]]', '["MappingValue",[[1,2,3]]]', '["MappingValue",[[1]]]', '["MappingValue",{}]',
    '["OpaqueValue","x","y",1]', '["ExceptionValue","ValueError","m"]', '["SequenceValue","list",[1,[1]]]',
])  # fmt: skip
def test_a_value_that_is_not_exactly_one_of_the_values_is_refused(token):
    refused(value(token))


@pytest.mark.parametrize("wrong", ["1.0", "true", "null", '"1"', "1e0"])
def test_only_an_int_is_an_int(wrong):
    assert decode(forged('["OpCount","aten::sin",null,null,1]'), NONCE, OpCount).count == 1
    refused(forged(f'["OpCount","aten::sin",null,null,{wrong}]'), OpCount)


@pytest.mark.parametrize("wrong", ["1", "true", "null", '"1.0"', "NaN"])
def test_only_a_float_is_a_float(wrong):
    assert decode(forged('["World",0,1.0,{},true,false,false]'), NONCE, World) == World()
    refused(forged(f'["World",0,{wrong},{{}},true,false,false]'), World)


def test_a_key_given_twice_is_refused():
    refused(forged('["World",0,1.0,{"torch.sin":"a","torch.sin":"b"},true,false,false]'), World)


@pytest.mark.parametrize("token", ['"\\ud800"', '"\\udc80x"', '"a\nb"'])
def test_a_text_that_is_no_text_is_refused(token):
    refused(value(token))


def test_a_text_over_the_limit_is_refused():
    long = "x" * (TEXT_CHARACTERS + 1)
    refused(value(f'"{long}"'))
    refused(value(f'{{"text":{len(long)}}}', long.encode()))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80"])
def test_a_text_in_the_payload_that_is_no_text_is_refused(data):
    refused(value(f'{{"text":{len(data)}}}', data))


@pytest.mark.parametrize("opening", ["[", '["SequenceValue","list",[', '{"float":', '["MappingValue",[['])
def test_deep_nesting_is_refused_and_harms_nobody(opening):
    for times in (NESTING_DEPTH + 1, 300, 5_000, HEADER_BYTES // len(opening) // 2):
        refused(value(opening * times))
        closing = "".join({"[": "]", "{": "}"}.get(mark, "") for mark in reversed(opening))
        refused(value(opening * times + "1" + closing * times))


def test_one_level_too_deep_is_refused_and_the_last_allowed_is_not():
    opening, closing = '["SequenceValue","list",[', "]]"
    assert decode(value(opening * NESTING_DEPTH + "1" + closing * NESTING_DEPTH), NONCE, ReadReport)
    refused(value(opening * (NESTING_DEPTH + 1) + "1" + closing * (NESTING_DEPTH + 1)))


def test_curves_of_two_lengths_are_refused():
    def curve(x, y):
        return forged(f'["Series","line",["Array",{x}],["Array",{y}],"",[],"",true]', bytes(24))

    refused(curve('"float64",[1]', '"float64",[2]'), Series)
    refused(curve('"float64",[1]', '"complex128",[1]'), Series)


def test_the_error_does_not_repeat_what_the_child_sent():
    with pytest.raises(WireError) as caught:
        decode(value('["SECRET\\u001b[2J' + "x" * 10_000 + '"]'), NONCE, ReadReport)
    assert len(str(caught.value)) < 1000
    assert "SECRET" not in str(caught.value)
