import { join } from 'node:path';
import { literal } from '../../src/adapters/duckdb/sql.ts';
import { definitionOf, type RowStream } from './stream.ts';

/** UCI Online Retail: one file for each trading day. */
export const retail: RowStream = {
  name: 'retail',
  about: 'Online Retail (UCI), 305 days of 279 to 5,331 rows',
  definition: definitionOf({
    dataset: 'retail',
    provider: { type: 'files', path: '/retail/*.csv.gz' },
    partition: { file: true },
    freshness_column: 'InvoiceDate',
    columns: [{ name: 'Country', segment: true }],
  }),
  load: async (connection, dataDirectory) => {
    const files = literal(join(dataDirectory, 'retail', '*.csv.gz'));
    await connection.run(`
      create or replace table stream as
      select InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
        cast(CustomerID as bigint) as CustomerID, Country,
        regexp_extract(filename, '(\\d{4}-\\d{2}-\\d{2})', 1) as __key
      from read_csv(${files}, filename = true, types = {
        InvoiceNo: 'VARCHAR', StockCode: 'VARCHAR', Description: 'VARCHAR', Quantity: 'BIGINT',
        InvoiceDate: 'TIMESTAMP', UnitPrice: 'DOUBLE', CustomerID: 'DOUBLE', Country: 'VARCHAR' })`);
  },
  columns: {
    numbers: ['Quantity', 'UnitPrice', 'CustomerID'],
    texts: ['InvoiceNo', 'StockCode', 'Description', 'Country'],
    times: ['InvoiceDate'],
    lettered: ['Description', 'Country'],
    categories: ['StockCode', 'Country'],
    tenant: 'Country',
  },
};
