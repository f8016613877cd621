export default function Settings(_: { isAdmin: boolean }) {
  return null;
}
