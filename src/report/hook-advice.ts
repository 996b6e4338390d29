/** What a site can do where its log does not tell what a report needs. */
export const hookAdvice = {
  direct:
    'Let the load hook write userload=, which Lmod tells by FrameStk:singleton():atTop(); let Environment Modules log requested_eval and auto_eval.',
  jobid: 'Let the load hook write jobid=, from SLURM_JOB_ID, PBS_JOBID or what the batch system calls it.',
  group: "Let the load hook write group=, from SLURM_JOB_ACCOUNT or the user's group.",
  syshost: 'Let the load hook write cluster=, or the whole name of the node as host=.',
} as const;
