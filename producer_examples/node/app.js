import express from 'express';

import { ProductController } from './controllers/productController.js';
import { SimilarController } from './controllers/similarController.js';
import { adminOnly } from './middleware/adminOnly.js';
import { answerProblem, notFound } from './middleware/problems.js';
import { productRoutes } from './routes/productRoutes.js';
import { similarRoutes } from './routes/similarRoutes.js';

/** The HTTP side. parts: products, photos, search, adminToken, photoFolder (undefined with Cloudinary), isHealthy. */
export function createApp(parts) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '100kb' }), express.urlencoded({ extended: true, limit: '100kb' }));
  app.get('/healthz', (_request, response) => {
    const healthy = parts.isHealthy();
    response.status(healthy ? 200 : 503).json({ status: healthy ? 'ok' : 'no database' });
  });
  if (parts.photoFolder) {
    const setHeaders = (response) => response.set('x-content-type-options', 'nosniff');
    app.use('/photos', express.static(parts.photoFolder, { index: false, setHeaders }));
  }
  app.use('/api/products', similarRoutes(new SimilarController(parts)));
  app.use('/api/products', productRoutes(new ProductController(parts), adminOnly(parts.adminToken)));
  app.use(notFound);
  app.use(answerProblem);
  return app;
}
