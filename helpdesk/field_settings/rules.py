"""What a definition of a field must be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from helpdesk.custom_fields.rules import WITH_OPTIONS, BadValue, Field
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.vocabulary import FieldRequired, FieldType

MOST_FIELDS = 100


class TooManyFields(Conflict):
    """A desk has at most 100 custom fields, archived ones among them."""

    reason = "too_many"


class FieldKeyTaken(Conflict):
    """Another field has this key, archived or not."""

    reason = "key_taken"


class FieldInUse(Conflict):
    """Tickets hold a value of this field: archive it instead."""

    reason = "field_in_use"


class OptionsInUse(Conflict):
    """Tickets have an option that would be gone: say in `replace` what stands in its place."""

    reason = "options_in_use"


def require_whole(field: Field) -> None:
    """Raise ValidationFailed where its parts do not fit each other."""
    if (field.type in WITH_OPTIONS) != bool(field.options):
        text = "Give at least one option." if field.type in WITH_OPTIONS else "Only fields to choose from have options."
        raise ValidationFailed.of("options", text, "options")
    if field.type is FieldType.USER and field.is_shown:
        raise ValidationFailed.of("isShown", "Requesters do not get other people: this field is the staff's.", "user")
    if field.is_editable and not field.is_shown:
        raise ValidationFailed.of("isEditable", "Requesters fill in only what is shown to them.", "not_shown")


def default_of(field: Field) -> object:
    """The default as it is kept. Raises ValidationFailed."""
    try:
        return field.read(field.default)
    except BadValue as bad:
        raise ValidationFailed.of("default", bad.message, bad.code) from None


def require_replaceable(
    field: Field, gone: Collection[str], replace: Mapping[str, str | None], used: Mapping[str, int]
) -> None:
    """Raise unless every option that goes and is used gives way to one that stays. `field`: as it will be."""
    for option, instead in replace.items():
        if option not in gone:
            raise ValidationFailed.of(f"replace.{option[:60]}", "Only options that go away are replaced.", "not_gone")
        if instead is not None and instead not in field.options:
            raise ValidationFailed.of(f"replace.{option}", "Choose one of the options that stay.", "unknown_option")
        if instead is None and field.required is FieldRequired.CREATING:
            raise ValidationFailed.of(f"replace.{option}", "This field is required: name an option.", "required")
    left = {option: count for option, count in used.items() if option not in replace}
    if left:
        raise OptionsInUse(data={"counts": left})
    if gone and field.is_archived:
        raise ValidationFailed.of("options", "Take the field out of the archive first.", "archived")
