import { Ellipsis, Eraser, LogOut, Mail, Pencil, UserCheck, UserX } from "lucide-react";
import { api, ask } from "../../api/client";
import { useMe } from "../../session/context";
import { Avatar } from "../../ui/Avatar";
import { Confirm } from "../../ui/Confirm";
import { useShows } from "../../ui/form";
import { Menu, type Item } from "../../ui/Menu";
import { Pill } from "../../ui/Pill";
import { Row } from "../../ui/Rows";
import { useProblem } from "../../ui/States";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { ErasePerson } from "./ErasePerson";
import { personForm, PersonForm } from "./PersonForm";
import { isDeskRole, isErased, standing, TONES, type Person } from "./people";

interface Props {
  person: Person;
  isAdmin: boolean;
  onChanged: () => Promise<unknown>;
}

export function PersonRow({ person, isAdmin, onChanged }: Props) {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const [shows, setShows] = useShows<"edit" | "deactivate" | "signOut" | "erase">(personForm(person.id), "edit");
  const close = () => setShows(null);
  const path = { params: { path: { user_id: person.id } } };
  const stands = standing(person);

  const activate = async (isActive: boolean) => {
    await ask(api.PATCH("/api/v1/users/{user_id}", { ...path, body: { isActive } }));
    await onChanged();
    toast(t(isActive ? "settings.users.activated" : "settings.users.deactivated", { name: person.name }));
  };
  const invite = async () => {
    await ask(api.POST("/api/v1/users/{user_id}/invite", path));
    await onChanged();
    toast(t("settings.users.invited", { email: person.email }));
  };
  const signOut = async () => {
    await ask(api.POST("/api/v1/users/{user_id}/sign-out", path));
    toast(t("settings.users.signedOut", { name: person.name }));
  };
  const now = (does: () => Promise<void>) => () =>
    void does().catch((error: unknown) => toast(inWords(error), { isProblem: true }));

  const items: Item[] = [
    { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
    ...(person.isActive && person.invitedAt
      ? [{ name: t("settings.users.inviteAgain"), icon: <Mail size={15} />, onPick: now(invite) }]
      : []),
    ...(person.isActive && !person.invitedAt
      ? [{ name: t("settings.users.signOut"), icon: <LogOut size={15} />, onPick: () => setShows("signOut") }]
      : []),
    person.isActive
      ? {
          name: t("settings.users.deactivate"),
          icon: <UserX size={15} />,
          isDanger: true,
          onPick: () => setShows("deactivate"),
        }
      : { name: t("settings.users.activate"), icon: <UserCheck size={15} />, onPick: now(() => activate(true)) },
    { name: t("settings.users.eraseIt"), icon: <Eraser size={15} />, isDanger: true, onPick: () => setShows("erase") },
  ];

  return (
    <>
      <Row
        look={<Avatar name={person.name} size={30} />}
        title={
          <>
            {person.name} {person.id === me.id && <span className="faint">({t("settings.you")})</span>}
          </>
        }
        sub={person.email}
        isFaint={!person.isActive}
        facts={[
          {
            name: t("settings.users.role"),
            shows: <span>{isDeskRole(person.role) ? t(`settings.roles.${person.role}`) : person.role}</span>,
          },
          {
            name: t("settings.users.state"),
            shows: <Pill tone={TONES[stands]}>{t(`settings.users.standing.${stands}`)}</Pill>,
          },
          { name: t("settings.added"), shows: <Time at={person.createdAt} /> },
        ]}
        end={
          isAdmin &&
          !isErased(person) && (
            <Menu
              label={t("settings.users.menu", { name: person.name })}
              icon={<Ellipsis size={16} aria-hidden />}
              items={items}
            />
          )
        }
      />
      {shows === "edit" && <PersonForm person={person} onClose={close} onChanged={onChanged} />}
      {shows === "erase" && <ErasePerson {...{ person, onChanged }} onClose={close} />}
      {shows === "deactivate" && (
        <Confirm
          title={t("settings.users.deactivateTitle", { name: person.name })}
          does={t("settings.users.deactivate")}
          onConfirm={() => activate(false)}
          onClose={close}
        >
          {t("settings.users.deactivateAbout")}
        </Confirm>
      )}
      {shows === "signOut" && (
        <Confirm
          title={t("settings.users.signOutTitle", { name: person.name })}
          does={t("settings.users.signOut")}
          onConfirm={signOut}
          onClose={close}
        >
          {t("settings.users.signOutAbout")}
        </Confirm>
      )}
    </>
  );
}
