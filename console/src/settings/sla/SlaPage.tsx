import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Pencil, Plus, Timer, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useStream } from "../../live/context";
import { Button, IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { useShown } from "../../ui/form";
import { Page } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { Empty, Skeleton, useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { duration } from "../../words/times";
import { policyForm, PolicyForm } from "./PolicyForm";
import css from "./Sla.module.css";
import type { Policy } from "./terms";

const KEY = ["settings", "sla"];

/** What is promised to whom. Admins make policies and put them in order, agents look. */
export default function SlaPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const inWords = useProblem();
  const [isAdding, setIsAdding] = useShown(policyForm());
  const [isApplying, setIsApplying] = useState(false);
  const policies = useQuery({ queryKey: KEY, queryFn: () => ask(api.GET("/api/v1/sla/policies")) }).data?.data;
  const changed = () => cache.invalidateQueries({ queryKey: KEY });
  useStream("desk", (told) => {
    if (told.kind === "reset") void changed();
  });
  const move = async (place: number, by: number) => {
    const ids = (policies ?? []).map((one) => one.id);
    const [id] = ids.splice(place, 1);
    if (id) ids.splice(place + by, 0, id);
    try {
      await ask(api.PUT("/api/v1/sla/policies/order", { body: { policyIds: ids } }));
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    }
    await changed();
  };
  const apply = async () => {
    const { count } = await ask(api.POST("/api/v1/sla/apply"));
    toast(t("settings.sla.applied", { count }));
  };
  const does = isAdmin && (
    <>
      {policies && policies.length > 0 && (
        <Button onClick={() => setIsApplying(true)}>{t("settings.sla.apply")}</Button>
      )}
      <Button look="primary" onClick={() => setIsAdding(true)}>
        <Plus size={15} aria-hidden /> {t("settings.sla.add")}
      </Button>
    </>
  );
  return (
    <Page title={t("settings.pages.sla")} about={t("settings.sla.about")} does={does}>
      {!policies ? (
        <Skeleton />
      ) : policies.length === 0 ? (
        <Empty icon={Timer} title={t("settings.sla.none")}>
          <p>{t("settings.sla.noneAbout")}</p>
        </Empty>
      ) : (
        <ol className={css.list} aria-label={t("settings.pages.sla")}>
          {policies.map((policy, place) => (
            <OnePolicy
              key={policy.id}
              policy={policy}
              isAdmin={isAdmin}
              isFirst={place === 0}
              isLast={place === policies.length - 1}
              onMove={(by) => void move(place, by)}
              onChanged={changed}
            />
          ))}
        </ol>
      )}
      {isAdding && <PolicyForm onClose={() => setIsAdding(false)} onChanged={changed} />}
      {isApplying && (
        <Confirm
          title={t("settings.sla.applyTitle")}
          does={t("settings.sla.apply")}
          isDanger={false}
          onConfirm={apply}
          onClose={() => setIsApplying(false)}
        >
          {t("settings.sla.applyAbout")}
        </Confirm>
      )}
    </Page>
  );
}

interface OneProps {
  policy: Policy;
  isAdmin: boolean;
  isFirst: boolean;
  isLast: boolean;
  onMove: (by: number) => void;
  onChanged: () => Promise<unknown>;
}

function OnePolicy({ policy, isAdmin, isFirst, isLast, onMove, onChanged }: OneProps) {
  const { t } = useWords();
  const [isEditing, setIsEditing] = useShown(policyForm(policy.id));
  const [isDeleting, setIsDeleting] = useState(false);
  const remove = async () => {
    await ask(api.DELETE("/api/v1/sla/policies/{policy_id}", { params: { path: { policy_id: policy.id } } }));
    await onChanged();
  };
  return (
    <li className={css.policy}>
      <div>
        <h2>
          {policy.name}
          {!policy.isActive && <Pill tone="plain">{t("settings.sla.inactive")}</Pill>}
        </h2>
        <p>{usePromises(policy)}</p>
      </div>
      {isAdmin && (
        <div className={css.does}>
          <IconButton label={t("settings.sla.up", { name: policy.name })} disabled={isFirst} onClick={() => onMove(-1)}>
            <ArrowUp size={15} />
          </IconButton>
          <IconButton label={t("settings.sla.down", { name: policy.name })} disabled={isLast} onClick={() => onMove(1)}>
            <ArrowDown size={15} />
          </IconButton>
          <IconButton label={t("settings.sla.edit", { name: policy.name })} onClick={() => setIsEditing(true)}>
            <Pencil size={15} />
          </IconButton>
          <IconButton label={t("settings.sla.delete", { name: policy.name })} onClick={() => setIsDeleting(true)}>
            <Trash2 size={15} />
          </IconButton>
        </div>
      )}
      {isEditing && <PolicyForm policy={policy} onClose={() => setIsEditing(false)} onChanged={onChanged} />}
      {isDeleting && (
        <Confirm
          title={t("settings.sla.deleteTitle", { name: policy.name })}
          does={t("ui.delete")}
          onConfirm={remove}
          onClose={() => setIsDeleting(false)}
        >
          {t("settings.sla.deleteAbout")}
        </Confirm>
      )}
    </li>
  );
}

/** "First response: 1h · Resolution: 8h · Europe/Berlin" */
function usePromises({ targets, hours }: Policy): string {
  const { t } = useWords();
  const said = (name: string, value: number | null | undefined) => (value ? [`${name}: ${duration(value * 60)}`] : []);
  return [
    ...said(t("ticket.sla.clock.first_response"), targets.firstResponse),
    ...said(t("ticket.sla.clock.next_response"), targets.nextResponse),
    ...said(t("ticket.sla.clock.resolution"), targets.resolution),
    hours.zone,
  ].join(" · ");
}
