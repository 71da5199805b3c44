/** Invoices whose figures add up, and others. */

export const table = (type = 'numeric(12, 2)', key = 'id int PRIMARY KEY') => [
  `CREATE TABLE invoices (${key}, subtotal ${type}, tax_amount ${type}, total_amount ${type}, note text)`,
];

export const SAMPLE = `INSERT INTO invoices VALUES
  (1, 100, 20, 120, 'right'),
  (2, 100, 20, 119.99, 'wrong'),
  (3, 100, 20, NULL, 'never added up'),
  (4, NULL, 20, 120, 'cannot be told'),
  (5, 10, 2, -12, 'negative'),
  (6, -50, -10, -60, 'a credit note, right and negative'),
  (7, -50, -10, 60, 'a credit note, wrong'),
  (8, NULL, NULL, -5, 'cannot be told, and negative'),
  (9, NULL, NULL, NULL, 'a draft')`;
