export default function X(_: { isAdmin: boolean }) {
  return null;
}
