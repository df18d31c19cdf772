import mongoose from 'mongoose';

const MAX_IMAGES = 20;

const image = new mongoose.Schema(
  { url: { type: String, required: true }, publicId: { type: String, required: true } },
  { _id: false },
);

// What is still to be told: written with the change itself, removed when Kafka has it.
const outbox = new mongoose.Schema(
  { eventId: String, eventType: String, time: Date },
  { _id: false },
);

// Which relay is publishing this product, and until when.
const lease = new mongoose.Schema({ owner: String, until: Date }, { _id: false });

const schema = new mongoose.Schema(
  {
    name: { type: String, required: true, trim: true, maxlength: 500 },
    description: { type: String, maxlength: 10_000 },
    category: { type: String, required: true, trim: true, maxlength: 200 },
    brand: { type: String, trim: true, maxlength: 200 },
    price: { type: Number, required: true, min: 0 },
    currency: { type: String, default: 'EUR', match: /^[A-Z]{3}$/ },
    stock: { type: Number, default: 0, min: 0 },
    attributes: { type: Map, of: mongoose.Schema.Types.Mixed },
    images: {
      type: [image],
      validate: { validator: (images) => images.length <= MAX_IMAGES, message: `at most ${MAX_IMAGES} photos` },
    },
    // Grows by one in the same write as every change. Mongoose's own __v grows with arrays only.
    version: { type: Number, required: true },
    deletedAt: Date,
    outbox,
    lease,
  },
  { timestamps: true, writeConcern: { w: 'majority' }, autoIndex: false },
);

schema.index({ 'outbox.time': 1 }, { sparse: true });
schema.index({ category: 1 });

/** The model on a connection of its own, so that tests and processes share nothing. */
export function productModel(connection) {
  return connection.model('Product', schema);
}
