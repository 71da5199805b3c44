/** The named points between two steps of something that must not be done twice, in the order of the work. */

/**
 * Called between two steps of something that must not be done twice. It does nothing; a test makes the process die there.
 */
export type Checkpoint = (name: CheckpointName) => void;
export type CheckpointName =
  | 'received'
  | 'alerts-kept'
  | 'alerts-joined'
  | 'decided'
  | 'preview-drawn'
  | 'procedure-started'
  | 'step-looked'
  | 'started'
  | 'captured'
  | 'acted'
  | 'recorded'
  | 'looked'
  | 'verified'
  | 'timer-fired'
  | 'timer-decided'
  | 'page-begun'
  | 'page-taken'
  | 'page-sent'
  | 'page-recorded'
  | 'quiet-begun'
  | 'quiet-told'
  | 'quiet-recorded'
  | 'reply-kept'
  | 'replied'
  | 'merged'
  | 'room-claimed'
  | 'room-created'
  | 'room-invited'
  | 'spool-kept'
  | 'spool-imported'
  | 'spool-caught-up'
  | 'spool-reconciled'
  | 'message-claimed'
  | 'message-posted';
