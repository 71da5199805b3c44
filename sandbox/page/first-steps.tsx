/** What a newcomer finds in a channel where nothing has been said: three things to try, in a sensible order. */
interface FirstStepsProps {
  onTry(line: string): void;
  onBreak(): void;
}

const ASK = '/paksa diagnose ssl';

export function FirstSteps({ onTry, onBreak }: FirstStepsProps) {
  return (
    <section className="first-steps" aria-labelledby="first-steps">
      <h3 id="first-steps">Nothing has happened here yet. Three things to try:</h3>
      <ol>
        <li>
          <strong>Ask Paksa to look.</strong> It inspects a real certificate on a real port and says what it
          finds.
          <button type="button" className="button" onClick={() => onTry(ASK)}>
            <code>{ASK}</code>
          </button>
        </li>
        <li>
          <strong>Break something first.</strong> Let the certificate run out, then ask again and press the
          fix.
          <button type="button" className="button" onClick={onBreak}>
            Break something
          </button>
        </li>
        <li>
          <strong>Be somebody else.</strong> A fix needs an approver, and an unanswered page climbs from level
          1 to 4. Switch person under “You are”; a number there says who has been called.
        </li>
      </ol>
    </section>
  );
}
