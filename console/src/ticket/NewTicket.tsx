export function NewTicket(_: { onClose: () => void }) {
  return null;
}
