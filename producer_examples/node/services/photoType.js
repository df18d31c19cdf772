/** A picture's file extension by its first bytes, or null: what a form calls it proves nothing. */
export function photoExtension(bytes) {
  const start = bytes.subarray(0, 12).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return 'jpg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.startsWith('GIF8')) return 'gif';
  if (start.slice(4) === 'ftypavif') return 'avif';
  return null;
}
