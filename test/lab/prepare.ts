/** What a new stack's backend is asked to run once: the migrations, then the invoices that tests look at. */
export const PREPARE = ['sh', '-c', 'alembic upgrade head && python3 seed.py'] as const;
