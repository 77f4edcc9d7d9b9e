"""Profiles in SQL."""

import json
from collections.abc import Iterable, Sequence

from node.profiles.model import LINKS, Profile
from store.database import Tx

_SAID = ("bio", *LINKS)
_COLUMNS = ", ".join(_SAID)


def get(tx: Tx, account: int) -> Profile:
    """Return what an account says of itself."""
    row = tx.execute(
        f"select {_COLUMNS}, lower(nullif(hex(picture), '')) from profiles where account = ?",  # noqa: S608
        (account,),
    ).fetchone()
    return Profile(**dict(zip((*_SAID, "picture"), row, strict=True))) if row else Profile()


def put(tx: Tx, account: int, said: Profile) -> None:
    """Write what an account says of itself; its picture stays."""
    values = [getattr(said, field) for field in _SAID]
    marks = ", ".join("?" * len(_SAID))
    tx.execute(
        f"insert into profiles (account, {_COLUMNS}) values (?, {marks})"  # noqa: S608  constants
        f" on conflict (account) do update set {', '.join(f'{f} = excluded.{f}' for f in _SAID)}",
        (account, *values),
    )


def put_picture(tx: Tx, account: int, name: bytes | None, data: bytes) -> None:
    """Give an account a picture, or take it away."""
    if name is not None:
        tx.execute(
            "insert into pictures (id, bytes) values (?, ?) on conflict do nothing", (name, data)
        )
    tx.execute(
        "insert into profiles (account, picture) values (?, ?)"
        " on conflict (account) do update set picture = excluded.picture",
        (account, name),
    )


def picture(tx: Tx, name: bytes) -> bytes | None:
    """Return the bytes of a picture."""
    row = tx.execute("select bytes from pictures where id = ?", (name,)).fetchone()
    return row[0] if row else None


def pictures_of(tx: Tx, accounts: Sequence[int]) -> dict[int, str]:
    """Return the ids of the pictures of those accounts that have one."""
    rows = tx.execute(
        "select account, lower(hex(picture)) from profiles where picture is not null"
        " and account in (select value from json_each(?))",
        (json.dumps(accounts),),
    )
    return dict(rows.fetchall())


def faces(tx: Tx, handles: Iterable[str]) -> dict[str, str]:
    """Return the ids of the pictures of those accounts that have one, by handle."""
    rows = tx.execute(
        "select handle, lower(hex(picture)) from accounts join profiles on account = key"
        " where picture is not null and handle in (select value from json_each(?))",
        (json.dumps(list(handles)),),
    )
    return dict(rows.fetchall())


def forget(tx: Tx, account: int) -> None:
    """Remove what an account said, and its picture."""
    tx.execute("delete from profiles where account = ?", (account,))
