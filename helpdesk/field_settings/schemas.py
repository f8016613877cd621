"""What the endpoints of custom fields take and give."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StringConstraints

from helpdesk.custom_fields.rules import KEY, OPTION, RESERVED
from helpdesk.events.field_events import CustomFieldPayload
from helpdesk.paging import PageMeta, PageQuery
from helpdesk.shapes import Input, Seen, Shape, lower_word
from helpdesk.vocabulary import FieldRequired, FieldType

MOST_OPTIONS = 200


def _unreserved(value: str) -> str:
    if value in RESERVED:
        raise ValueError("This word has a meaning of its own where tickets are looked for.")
    return value


def _distinct(options: list[Option]) -> list[Option]:
    if len({option.value for option in options}) < len(options):
        raise ValueError("Each option has a value of its own.")
    return options


OptionValue = Annotated[str, StringConstraints(pattern=OPTION), AfterValidator(_unreserved)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Seen]


class Option(Input):
    """`value` stands in tickets and filters and stays; `label` is what people read."""

    value: OptionValue
    label: Label


AnyFieldType = Annotated[FieldType, BeforeValidator(lower_word)]
AnyRequired = Annotated[FieldRequired, BeforeValidator(lower_word)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Options = Annotated[list[Option], Field(max_length=MOST_OPTIONS), AfterValidator(_distinct)]
Position = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Replace = Annotated[dict[str, OptionValue | None], Field(max_length=MOST_OPTIONS)]


class CreateCustomField(Input):
    """A new field of tickets. `key` and `type` stay as they are.

    `required`: `creating` demands it of new tickets, `resolving` of tickets that staff resolve or close. `isShown`:
    requesters get it; `isEditable`: they may fill it in.
    """

    key: Annotated[str, StringConstraints(pattern=KEY)]
    label: Label
    type: AnyFieldType
    description: Description = ""
    options: Options = Field(default_factory=list)
    required: AnyRequired = FieldRequired.NO
    default: Any = None
    is_shown: StrictBool = False
    is_editable: StrictBool = False
    position: Position | None = None

    def everything(self) -> dict[str, Any]:
        """Every field, by Python name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class ChangeCustomField(Input):
    """The fields to change; those left out stay. `options` are all of them from now on.

    An option that tickets have is taken away only with `replace`, which says what stands in its place: another option,
    or null for none. Tickets and saved views follow.
    """

    label: Label = ""
    description: Description = ""
    options: Options = Field(default_factory=list)
    replace: Replace = Field(default_factory=dict)
    required: AnyRequired = FieldRequired.NO
    default: Any = None
    is_shown: StrictBool = False
    is_editable: StrictBool = False
    is_archived: StrictBool = False
    position: Position = 0


class CustomFieldList(Shape):
    data: list[CustomFieldPayload]
    meta: PageMeta


class CustomFieldListQuery(PageQuery):
    """In the order of `position`, by default up to 100."""

    limit: int = Field(100, ge=1, le=100)
