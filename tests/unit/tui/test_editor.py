"""The editor's line syntax, and which files may be opened at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkdown.tui.editor import at_line, desktop_clipboard, editor_command, real_file


@pytest.mark.parametrize(
    ("set_to", "call"),
    [
        ("vim", "vim +7 /t/a b.py"),
        ("/usr/bin/vim.basic -p", "/usr/bin/vim.basic -p +7 /t/a b.py"),
        ("nvim", "nvim +7 /t/a b.py"),
        ("nano", "nano +7 /t/a b.py"),
        ("emacs -nw", "emacs -nw +7 /t/a b.py"),
        ("micro", "micro +7 /t/a b.py"),
        ("hx", "hx /t/a b.py:7"),
        ("code", "code --wait --goto /t/a b.py:7"),
        ("code --wait", "code --wait --goto /t/a b.py:7"),
        ("subl -w", "subl -w /t/a b.py:7"),
        ("zed", "zed --wait /t/a b.py:7"),
        ("'/my tools/ed'", "/my tools/ed /t/a b.py"),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(set_to: str, call: str) -> None:
    assert " ".join(at_line(editor_command({"EDITOR": set_to}), "/t/a b.py", 7)) == call


def test_without_a_line_the_file_alone_is_opened() -> None:
    assert at_line(("vim",), "/t/a.py", 0) == ("vim", "/t/a.py")


def test_visual_comes_before_editor_and_nonsense_counts_as_nothing() -> None:
    assert editor_command({"VISUAL": "hx", "EDITOR": "vim"}) == ("hx",)
    assert editor_command({"VISUAL": "'open", "EDITOR": "vim"}) == ("vim",)
    assert editor_command({"VISUAL": " "}) == ()


def test_only_plain_files_below_the_target_are_opened(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.py"
    (root / "in").mkdir(parents=True)
    for file in (root / "in" / "a.py", outside):
        file.write_text("x")
    (root / "link.py").symlink_to(outside)
    (root / "inner.py").symlink_to(root / "in" / "a.py")
    (root / "way").symlink_to(tmp_path)
    assert real_file(str(root), "in/a.py") == str(root / "in" / "a.py")
    refused = [
        "link.py",
        "inner.py",
        "way/outside.py",
        "../outside.py",
        "in",
        "gone.py",
        str(outside),
        "in/../../x",
        "",
    ]
    assert [path for path in refused if real_file(str(root), path)] == []


def test_a_root_that_is_itself_reached_through_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert real_file(str(tmp_path / "link"), "a.py") == str(tmp_path / "real" / "a.py")


def test_the_clipboard_program_is_the_one_of_the_desktop_at_hand() -> None:
    def which(name: str) -> str:
        return f"/bin/{name}"

    def no_mac(name: str) -> str | None:
        return None if name == "pbcopy" else f"/bin/{name}"

    assert desktop_clipboard({}, which) == ("/bin/pbcopy",)
    assert desktop_clipboard({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, no_mac)[0] == "/bin/wl-copy"
    assert desktop_clipboard({"DISPLAY": ":0"}, no_mac)[0] == "/bin/xclip"
    assert desktop_clipboard({}, no_mac) == ()
