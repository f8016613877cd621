import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { api, ask } from "../../api/client";
import { listStaff, listTeams } from "../../live/desk";
import { CheckField, SelectField, TextArea, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { PRIORITIES, type Priority } from "../../ui/Marks";
import { Picker } from "../../ui/Picker";
import { useForm, type Form } from "../../ui/form";
import { currentLocale, useWords } from "../../words";
import { timeZone } from "../../words/times";
import css from "./Sla.module.css";
import {
  asDays,
  asEscalations,
  asOpenings,
  asText,
  DAYS,
  daysAsText,
  doneAt,
  minutes,
  words,
  type Day,
  type Policy,
} from "./terms";

interface Props {
  policy?: Policy;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

interface Fields extends Record<Day, string> {
  name: string;
  isActive: boolean;
  priorities: readonly Priority[];
  teamIds: readonly string[];
  tags: string;
  domains: string;
  firstResponse: string;
  nextResponse: string;
  resolution: string;
  warning: string;
  zone: string;
  country: string;
  subdivision: string;
  days: string;
  warnAssignee: boolean;
  warnTeam: boolean;
  breachAssignee: boolean;
  breachTeam: boolean;
  breachPriority: string;
  breachAssign: string;
}

type OfForm = Form<Fields>;

export const policyForm = (id = "new") => `sla.${id}`;

const OFFICE = "09:00–17:00";

function initial(policy: Policy | undefined): Fields {
  const done = doneAt(policy?.escalations ?? []);
  const openings = (day: Day, index: number) =>
    policy ? asText(policy.hours.week[day] ?? []) : index < 5 ? OFFICE : "";
  const week = Object.fromEntries(DAYS.map((day, index) => [day, openings(day, index)])) as Record<Day, string>;
  return {
    ...week,
    name: policy?.name ?? "",
    isActive: policy?.isActive ?? true,
    priorities: policy?.conditions.priorities ?? [],
    teamIds: policy?.conditions.teamIds ?? [],
    tags: (policy?.conditions.tags ?? []).join(", "),
    domains: (policy?.conditions.domains ?? []).join(", "),
    firstResponse: String(policy?.targets.firstResponse ?? (policy ? "" : 60)),
    nextResponse: String(policy?.targets.nextResponse ?? ""),
    resolution: String(policy?.targets.resolution ?? (policy ? "" : 480)),
    warning: String(policy?.warning ?? (policy ? "" : 15)),
    zone: policy?.hours.zone ?? timeZone(),
    country: policy?.hours.country ?? "",
    subdivision: policy?.hours.subdivision ?? "",
    days: daysAsText(policy?.hours.days ?? []),
    warnAssignee: done?.warning.notifyAssignee ?? !policy,
    warnTeam: done?.warning.notifyTeam ?? false,
    breachAssignee: done?.breach.notifyAssignee ?? !policy,
    breachTeam: done?.breach.notifyTeam ?? false,
    breachPriority: done?.breach.priority ?? "",
    breachAssign: done?.breach.assignToId ?? "",
  };
}

/** What a policy promises, to whom, in which hours. Saved terms are a new version. */
export function PolicyForm({ policy, onClose, onChanged }: Props) {
  const { t } = useWords();
  const isPlain = doneAt(policy?.escalations ?? []) !== null;
  const first = initial(policy);
  const start = policy ? first : { ...first, warnAssignee: true, breachAssignee: true };
  const form = useForm<Fields>(policyForm(policy?.id), start);
  const unread = [...DAYS.filter((day) => asOpenings(form.fields[day]) === null)];
  const areDaysRead = asDays(form.fields.days) !== null;
  const onSend = async () => {
    // What cannot be read must not become a day on which nobody is there.
    if (unread.length > 0 || !areDaysRead) throw new Error(t("settings.sla.hoursBad"));
    const body = bodyOf(form.fields, policy, isPlain);
    if (policy)
      await ask(api.PATCH("/api/v1/sla/policies/{policy_id}", { params: { path: { policy_id: policy.id } }, body })); // prettier-ignore
    else await ask(api.POST("/api/v1/sla/policies", { body }));
    await onChanged();
  };
  return (
    <FormDialog
      title={policy ? t("settings.sla.editTitle", { name: policy.name }) : t("settings.sla.add")}
      does={policy ? t("ui.save") : t("settings.sla.create")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField label={t("settings.sla.name")} required maxLength={100} {...form.text("name")} />
      <CheckField label={t("settings.sla.isActive")} hint={t("settings.sla.isActiveHint")} {...form.box("isActive")} />
      <Conditions form={form} />
      <Targets form={form} />
      <Hours form={form} unread={unread} areDaysRead={areDaysRead} />
      {isPlain ? <Escalations form={form} /> : <p className="soft">{t("settings.sla.escalationsKept")}</p>}
    </FormDialog>
  );
}

function bodyOf(fields: Fields, policy: Policy | undefined, isPlain: boolean) {
  const week = Object.fromEntries(DAYS.map((day) => [day, asOpenings(fields[day]) ?? []]));
  const none = { assignToId: "", priority: "" };
  const escalations = asEscalations({
    warning: { notifyAssignee: fields.warnAssignee, notifyTeam: fields.warnTeam, ...none },
    breach: {
      notifyAssignee: fields.breachAssignee,
      notifyTeam: fields.breachTeam,
      assignToId: fields.breachAssign,
      priority: fields.breachPriority,
    },
  });
  return {
    name: fields.name.trim(),
    isActive: fields.isActive,
    conditions: {
      priorities: [...fields.priorities],
      teamIds: [...fields.teamIds],
      tags: words(fields.tags),
      domains: words(fields.domains),
      customFields: policy?.conditions.customFields ?? {},
    },
    targets: {
      firstResponse: minutes(fields.firstResponse),
      nextResponse: minutes(fields.nextResponse),
      resolution: minutes(fields.resolution),
    },
    warning: minutes(fields.warning),
    hours: {
      zone: fields.zone,
      week,
      country: fields.country || null,
      subdivision: fields.subdivision || null,
      days: asDays(fields.days) ?? [],
    },
    ...(isPlain ? { escalations } : {}),
  };
}

function Conditions({ form }: { form: OfForm }) {
  const { t } = useWords();
  const teams = useQuery(listTeams).data ?? [];
  const { priorities, teamIds } = form.fields;
  const toggled = <V,>(all: readonly V[], one: V) =>
    all.includes(one) ? all.filter((it) => it !== one) : [...all, one];
  const named = teams.filter((team) => teamIds.includes(team.id)).map((team) => team.name);
  return (
    <fieldset className={css.group}>
      <legend>{t("settings.sla.conditions")}</legend>
      <p className="soft">{t("settings.sla.conditionsHint")}</p>
      <div className={css.boxes}>
        {PRIORITIES.map((one) => (
          <CheckField
            key={one}
            label={t(`priority.${one}`)}
            checked={priorities.includes(one)}
            onChange={() => form.set({ priorities: toggled(priorities, one) })}
          />
        ))}
      </div>
      <Picker
        label={t("settings.sla.teams")}
        several
        searchable
        value={[...teamIds]}
        options={teams.map((team) => ({ value: team.id, name: team.name, look: team.name }))}
        onPick={(id) => form.set({ teamIds: toggled(teamIds, id) })}
      >
        <Plus size={14} aria-hidden /> {named.length > 0 ? named.join(", ") : t("settings.sla.teams")}
      </Picker>
      <TextField label={t("settings.sla.tags")} hint={t("settings.sla.commas")} {...form.text("tags")} />
      <TextField label={t("settings.sla.domains")} hint={t("settings.sla.commas")} {...form.text("domains")} />
    </fieldset>
  );
}

function Targets({ form }: { form: OfForm }) {
  const { t } = useWords();
  const problem = form.about("targets");
  return (
    <fieldset className={css.group}>
      <legend>{t("settings.sla.targets")}</legend>
      <p className="soft">{t("settings.sla.targetsHint")}</p>
      <div className={css.row}>
        <TextField type="number" min={1} label={t("ticket.sla.clock.first_response")} {...form.text("firstResponse")} />
        <TextField type="number" min={1} label={t("ticket.sla.clock.next_response")} {...form.text("nextResponse")} />
        <TextField type="number" min={1} label={t("ticket.sla.clock.resolution")} {...form.text("resolution")} />
        <TextField type="number" min={1} label={t("settings.sla.warning")} {...form.text("warning")} />
      </div>
      {problem && <p role="alert">{problem}</p>}
    </fieldset>
  );
}

interface HoursProps {
  form: OfForm;
  unread: readonly Day[];
  areDaysRead: boolean;
}

function Hours({ form, unread, areDaysRead }: HoursProps) {
  const { t } = useWords();
  const countries = useQuery({
    queryKey: ["sla", "countries"],
    queryFn: () => ask(api.GET("/api/v1/sla/countries")),
    staleTime: Infinity,
  }).data?.data;
  const names = new Intl.DisplayNames([currentLocale()], { type: "region" });
  const known = (countries ?? []).map((one) => ({ ...one, name: names.of(one.country) ?? one.country }));
  const parts = known.find((one) => one.country === form.fields.country)?.subdivisions ?? [];
  const bad = t("settings.sla.hoursBad");
  return (
    <fieldset className={css.group}>
      <legend>{t("settings.sla.hours")}</legend>
      <p className="soft">{t("settings.sla.hoursHint")}</p>
      <TextField label={t("settings.sla.zone")} required list="sla-zones" {...form.text("zone")} />
      <datalist id="sla-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <div className={css.row}>
        {DAYS.map((day) => (
          <TextField
            key={day}
            label={t(`settings.sla.days.${day}`)}
            {...form.text(day)}
            problem={unread.includes(day) ? bad : undefined}
          />
        ))}
      </div>
      <div className={css.row}>
        <SelectField
          label={t("settings.sla.country")}
          {...form.text("country")}
          onChange={(event) => form.set({ country: event.target.value, subdivision: "" })}
        >
          <option value="">{t("ui.none")}</option>
          {known
            .sort((one, other) => one.name.localeCompare(other.name))
            .map((one) => (
              <option key={one.country} value={one.country}>
                {one.name}
              </option>
            ))}
        </SelectField>
        {parts.length > 0 && (
          <SelectField label={t("settings.sla.subdivision")} {...form.text("subdivision")}>
            <option value="">{t("ui.none")}</option>
            {parts.map((part) => (
              <option key={part}>{part}</option>
            ))}
          </SelectField>
        )}
      </div>
      <TextArea
        label={t("settings.sla.ownDays")}
        hint={t("settings.sla.ownDaysHint")}
        rows={3}
        {...form.text("days")}
        problem={areDaysRead ? undefined : bad}
      />
    </fieldset>
  );
}

function Escalations({ form }: { form: OfForm }) {
  const { t } = useWords();
  const staff = useQuery(listStaff).data ?? [];
  return (
    <fieldset className={css.group}>
      <legend>{t("settings.sla.escalations")}</legend>
      <CheckField label={t("settings.sla.warnAssignee")} {...form.box("warnAssignee")} />
      <CheckField label={t("settings.sla.warnTeam")} {...form.box("warnTeam")} />
      <CheckField label={t("settings.sla.breachAssignee")} {...form.box("breachAssignee")} />
      <CheckField label={t("settings.sla.breachTeam")} {...form.box("breachTeam")} />
      <div className={css.row}>
        <SelectField label={t("settings.sla.breachPriority")} {...form.text("breachPriority")}>
          <option value="">{t("ui.none")}</option>
          {PRIORITIES.map((one) => (
            <option key={one} value={one}>
              {t(`priority.${one}`)}
            </option>
          ))}
        </SelectField>
        <SelectField label={t("settings.sla.breachAssign")} {...form.text("breachAssign")}>
          <option value="">{t("ui.none")}</option>
          {staff.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      </div>
    </fieldset>
  );
}
