import mongoose from 'mongoose';
import multer from 'multer';

import { log } from '../log.js';
import { PhotosNotStored } from '../services/cloudinaryPhotos.js';
import { ChangedMeanwhile } from '../services/productStore.js';
import { SearchRefused } from '../services/searchApi.js';

const DATABASE_AWAY = [
  mongoose.Error.MongooseServerSelectionError,
  mongoose.mongo.MongoNetworkError,
  mongoose.mongo.MongoServerSelectionError,
];

/** An error that is an answer. */
export class Problem extends Error {
  constructor(status, title) {
    super(title);
    this.status = status;
  }
}

export function notFound(_request, _response, next) {
  next(new Problem(404, 'There is nothing here'));
}

/** Every error as RFC 9457 describes it. Express tells error handlers by their four parameters. */
export function answerProblem(error, request, response, next) {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status, title } = problemOf(error);
  if (status >= 500) log('error', 'request failed', { path: request.path, status, reason: error.stack });
  response.status(status).type('application/problem+json').json({ title, status });
}

function problemOf(error) {
  if (error instanceof Problem || error instanceof SearchRefused) {
    return { status: error.status, title: error.message };
  }
  const { ValidationError, CastError } = mongoose.Error;
  if (error instanceof ValidationError || error instanceof CastError) return { status: 400, title: error.message };
  if (error instanceof ChangedMeanwhile) return { status: 409, title: error.message };
  if (error instanceof multer.MulterError) {
    return { status: error.code === 'LIMIT_FILE_SIZE' ? 413 : 400, title: error.message };
  }
  if (error instanceof PhotosNotStored) return { status: 502, title: 'The photos could not be stored' };
  if (DATABASE_AWAY.some((kind) => error instanceof kind)) {
    return { status: 503, title: 'The shop cannot reach its database' };
  }
  // Express's own, such as JSON that cannot be read.
  if (error.expose && error.status < 500) return { status: error.status, title: error.message };
  return { status: 500, title: 'The shop failed' };
}
