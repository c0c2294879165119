/** The trace of whoever caused a job (W3C Trace Context); null in jobs that an older release wrote. */
export const traces = `
alter table job add column trace_id text collate "C";
`;
