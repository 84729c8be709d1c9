"""The launcher of the embedded broker: which program, which options, and how its socket is found."""

import os
import stat

import pytest

from submissions.settings import SOCKET_PATH_BYTES, ServiceSettingsError, read_service_settings
from submissions.supervisor.valkey import BrokerMissing, server_command, server_program


def test_the_operators_program_comes_first(tmp_path):
    program = tmp_path / "my-valkey"
    program.touch(mode=0o755)

    assert server_program({"VALKEY_BIN": str(program)}) == str(program)


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(BrokerMissing, match="no-such-valkey"):
        server_program({"VALKEY_BIN": "no-such-valkey"})


def test_the_server_opens_no_port_and_its_socket_to_nobody_else(tmp_path):
    command = server_command(tmp_path, tmp_path / "s")
    options = dict(zip(command[1::2], command[2::2], strict=True))

    assert options["--port"] == "0"
    assert options["--unixsocketperm"] == "700"
    assert options["--appendonly"] == "yes"


def test_a_data_folder_with_a_long_path_gets_short_private_sockets(tmp_path):
    data = tmp_path / ("d" * 100)
    settings = read_service_settings({"SUBMISSIONS_DATA": str(data)})
    again = read_service_settings({"SUBMISSIONS_DATA": str(data)})

    sockets = settings.grading_socket.parent
    assert len(os.fsencode(sockets / "valkey.sock")) <= SOCKET_PATH_BYTES
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert again.broker_url == settings.broker_url == f"unix://{sockets / 'valkey.sock'}"
    sockets.rmdir()


def test_a_socket_folder_that_others_can_open_is_refused(tmp_path):
    data = tmp_path / ("d" * 100)
    sockets = read_service_settings({"SUBMISSIONS_DATA": str(data)}).grading_socket.parent
    sockets.chmod(0o777)

    with pytest.raises(ServiceSettingsError, match=sockets.name):
        read_service_settings({"SUBMISSIONS_DATA": str(data)})
    sockets.rmdir()
