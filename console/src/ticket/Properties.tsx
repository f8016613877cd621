import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, Tags as TagsSign, UserRound, Users } from "lucide-react";
import { useId, useState, type ReactNode, type RefObject } from "react";
import type { TicketDetail } from "../conversation/state";
import { listStaff, listTeams } from "../live/desk";
import { useMe } from "../session/context";
import { Button, IconButton } from "../ui/Button";
import { PersonName } from "../ui/Avatar";
import { PRIORITIES, PriorityMark, STATUSES, StatusMark } from "../ui/Marks";
import { Picker, type Option } from "../ui/Picker";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import { Conflict } from "./Conflict";
import { CustomFields } from "./CustomFields";
import type { Clash } from "./merge";
import css from "./Properties.module.css";
import { Promises } from "./Promises";
import { TagEditor } from "./TagEditor";
import type { Changing } from "./useChange";

type Opener = RefObject<(() => void) | null>;

interface Props {
  changing: Changing;
  openers: { status: Opener; priority: Opener; assignee: Opener };
}

/** What a ticket is, saved on change. */
export function Properties({ changing, openers }: Props) {
  const { t } = useWords();
  const { shown: ticket, change, clashes, settle } = changing;
  /** Where there is little room only the first three are shown at once. */
  const [isWhole, setIsWhole] = useState(false);
  const people = usePeople(ticket);
  const teams = useTeams(ticket);
  const clash = (field: Clash["field"]) => {
    const found = clashes.find((one) => one.field === field);
    return (
      found && (
        <Conflict clash={found} nameOf={(value) => people.nameOf(value) ?? teams.nameOf(value)} onSettle={settle} />
      )
    );
  };
  return (
    <section className={css.properties} aria-label={t("ticket.properties")} data-whole={isWhole || undefined}>
      <Row name={t("ticket.status")} clash={clash("status")}>
        <Picker
          label={t("ticket.status")}
          className={css.picker}
          openRef={openers.status}
          value={ticket.status}
          onPick={(status) => change({ status })}
          options={STATUSES.map((status) => ({
            value: status,
            name: t(`status.${status}`),
            look: <StatusMark status={status} />,
          }))}
        />
      </Row>
      <Row name={t("ticket.priority")} clash={clash("priority")}>
        <Picker
          label={t("ticket.priority")}
          className={css.picker}
          openRef={openers.priority}
          value={ticket.priority}
          onPick={(priority) => change({ priority })}
          options={PRIORITIES.map((priority) => ({
            value: priority,
            name: t(`priority.${priority}`),
            look: <PriorityMark priority={priority} />,
          }))}
        />
      </Row>
      <Row name={t("ticket.assignee")} clash={clash("assignedToId")}>
        <Picker
          label={t("ticket.assignee")}
          className={css.picker}
          openRef={openers.assignee}
          searchable
          value={ticket.assignedToId}
          onPick={(assignedToId) => change({ assignedToId })}
          options={people.options}
        />
        <AssignToMe ticket={ticket} onPick={(assignedToId) => change({ assignedToId })} />
      </Row>
      <Row name={t("ticket.team")} clash={clash("teamId")}>
        <Picker
          label={t("ticket.team")}
          className={css.picker}
          searchable
          value={ticket.teamId ?? null}
          onPick={(teamId) => change({ teamId })}
          options={teams.options}
        />
      </Row>
      {ticket.sla && (
        <Row name={t("ticket.sla.name")}>
          <Promises ticket={ticket} />
        </Row>
      )}
      <Row name={t("ticket.tags")} icon={<TagsSign size={13} aria-hidden />}>
        <TagEditor tags={ticket.tags} onChange={(tags) => change({ tags })} />
      </Row>
      <CustomFields ticket={ticket} />
      <div className={css.about}>
        <Row name={t("ticket.requester")} icon={<UserRound size={13} aria-hidden />}>
          <span className={css.person}>
            <PersonName name={ticket.requester.name} nobody="" />
          </span>
          {ticket.requester.email && (
            <a className={css.mail} href={`mailto:${ticket.requester.email}`}>
              {ticket.requester.email}
            </a>
          )}
        </Row>
        {ticket.createdById !== ticket.requesterId && (
          <Row name={t("ticket.createdBy")} icon={<Users size={13} aria-hidden />}>
            <span className={css.person}>
              <PersonName name={ticket.createdBy.name} nobody="" />
            </span>
          </Row>
        )}
        <Row name={t("ticket.created")}>
          <Time at={ticket.createdAt} className={css.plain} />
        </Row>
        <Row name={t("ticket.activity")}>
          <Time at={ticket.lastActivityAt} className={css.plain} />
        </Row>
      </div>
      <IconButton
        label={t(isWhole ? "ticket.lessDetails" : "ticket.moreDetails")}
        className={css.more}
        aria-expanded={isWhole}
        onClick={() => setIsWhole(!isWhole)}
      >
        {isWhole ? <ChevronUp size={16} /> : <ChevronDown size={16} />}
      </IconButton>
    </section>
  );
}

function Row({
  name,
  icon,
  clash,
  children,
}: {
  name: string;
  icon?: ReactNode;
  clash?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div className={css.row} role="group" aria-labelledby={id}>
      <span id={id} className={css.name}>
        {icon} {name}
      </span>
      <div className={css.value}>{children}</div>
      {clash}
    </div>
  );
}

function AssignToMe({ ticket, onPick }: { ticket: TicketDetail; onPick: (id: string) => void }) {
  const { t } = useWords();
  const me = useMe();
  if (ticket.assignedToId === me.id) return null;
  return (
    <Button look="quiet" className={css.small} onClick={() => onPick(me.id)}>
      {t("ticket.assignMe")}
    </Button>
  );
}

interface Choices<V> {
  options: readonly Option<V>[];
  nameOf: (value: unknown) => string | undefined;
}

/** Oneself first; who is the assignee but no longer among them stays choosable. */
export function usePeople(ticket: Pick<TicketDetail, "assignedTo"> | null): Choices<string | null> {
  const { t } = useWords();
  const me = useMe();
  const staff = useQuery(listStaff).data ?? [];
  const assigned = ticket?.assignedTo;
  const known = [
    ...staff.filter((one) => one.id === me.id),
    ...(assigned && !staff.some((one) => one.id === assigned.id) ? [assigned] : []),
    ...staff.filter((one) => one.id !== me.id),
  ];
  const nobody: Option<string | null> = {
    value: null,
    name: t("ui.unassigned"),
    look: <PersonName name={null} nobody={t("ui.unassigned")} />,
  };
  const options = known.map((one) => ({
    value: one.id,
    name: one.name,
    look: <PersonName name={one.name} nobody="" />,
    ...(one.id === me.id ? { hint: t("ticket.me") } : {}),
  }));
  return { options: [nobody, ...options], nameOf: (id) => known.find((one) => one.id === id)?.name };
}

export function useTeams(ticket: Pick<TicketDetail, "team"> | null): Choices<string | null> {
  const { t } = useWords();
  const teams = useQuery(listTeams).data ?? [];
  const own = ticket?.team;
  const known = own && !teams.some((one) => one.id === own.id) ? [own, ...teams] : teams;
  const none: Option<string | null> = {
    value: null,
    name: t("ticket.noTeam"),
    look: <span className="faint">{t("ticket.noTeam")}</span>,
  };
  const options = known.map((one) => ({ value: one.id, name: one.name }));
  return { options: [none, ...options], nameOf: (id) => known.find((one) => one.id === id)?.name };
}
