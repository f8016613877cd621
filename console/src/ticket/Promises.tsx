/** What is promised on a ticket, and for whoever asks: why it is due when it is. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { Button } from "../ui/Button";
import { Deadline } from "../ui/Deadline";
import { Pill, type Tone } from "../ui/Pill";
import { Skeleton } from "../ui/States";
import { useWords } from "../words";
import { duration, fullTime } from "../words/times";
import css from "./Promises.module.css";

type Clock = Schemas["SlaClockShape"];

const TONES: Record<Clock["state"], Tone> = {
  running: "waits",
  paused: "rests",
  breached: "bad",
  met: "good",
  missed: "bad",
};

export function Promises({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  if (!ticket.sla) return null;
  return (
    <div className={css.promises}>
      <Deadline sla={ticket.sla} withClock />
      <Button look="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {t(isOpen ? "ticket.sla.hide" : "ticket.sla.why")}
      </Button>
      {isOpen && <Why ticket={ticket} />}
    </div>
  );
}

function Why({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const state = JSON.stringify(ticket.sla);
  const told = useQuery({
    queryKey: ["ticket", ticket.id, "sla", state],
    queryFn: () => ask(api.GET("/api/v1/tickets/{ticket_id}/sla", { params: { path: { ticket_id: ticket.id } } })),
  });
  if (!told.data) return told.isError ? <p className="soft">{t("ticket.sla.unknown")}</p> : <Skeleton />;
  const { policy, clocks } = told.data;
  return (
    <div className={css.why}>
      {policy && <p className="soft">{t("ticket.sla.under", { name: policy.name, zone: policy.zone })}</p>}
      {clocks.map((clock) => (
        <section key={`${clock.clock} ${clock.beganAt}`}>
          <h2>
            {t(`ticket.sla.clock.${clock.clock}`)}{" "}
            <Pill tone={TONES[clock.state]}>{t(`ticket.sla.is.${clock.state}`)}</Pill>
          </h2>
          <p className="soft">
            {t("ticket.sla.counted", {
              counted: duration(clock.countedSeconds),
              target: duration(clock.targetMinutes * 60),
            })}
            {clock.dueAt && <> {t("ticket.sla.due", { moment: fullTime(clock.dueAt) })}</>}
          </p>
          <ul>
            {clock.steps.map((step) => (
              <li key={step.begin}>
                {t(`ticket.sla.step.${step.kind}`, {
                  length: duration(step.seconds),
                  begin: fullTime(step.begin),
                  end: fullTime(step.end),
                })}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
