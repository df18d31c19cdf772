import multer from 'multer';

import { photoExtension } from '../services/photoType.js';
import { Problem } from './problems.js';

const MAX_BYTES = 10_000_000;
const MAX_FIELDS = 100;

/** Photos of a multipart form in `request.files`, in memory, bounded; only what begins as a picture does. */
export function photoUploads(field, maxCount) {
  const limits = { files: maxCount, fileSize: MAX_BYTES, fields: MAX_FIELDS, fieldSize: 20_000 };
  const receive = multer({ storage: multer.memoryStorage(), limits }).array(field, maxCount);
  const check = (request, _response, next) => {
    const unknown = (request.files ?? []).find((file) => photoExtension(file.buffer) === null);
    next(unknown && new Problem(415, `${unknown.originalname} is no JPEG, PNG, WebP, GIF or AVIF picture`));
  };
  return [receive, check];
}
