/** Every topic at once: how far it is, then the worst first, with what probably causes what. */
import type { Survey, SurveyedTopic } from '../../engine/ports.ts';
import { overall } from '../../runbook/finding.ts';
import { actions, button, context, section, type View } from './blocks.ts';
import { encodeLook } from './button-value.ts';
import { findingLine } from './findings.ts';
import { clip, clipLines, escaped, LIMIT, oneLine, person, plural } from './text.ts';

const SHOWN_PROBLEMS = 3;

/** `links`: where each incident's card is. */
export function surveyCard(survey: Survey, links: ReadonlyMap<string, string>): View {
  const about = `*Everything* · ${clip(oneLine(survey.environment), 80)}`;
  const asked = `asked for by ${person(survey.requestedBy)}`;
  const troubled = survey.topics.filter(({ findings }) => overall(findings) === 'problem');
  if (survey.state === 'running')
    return {
      text: clip(escaped(`Looking at everything (${survey.environment})`), LIMIT.fallback),
      blocks: [
        section(`🔎 ${about}: looking, ${survey.topics.length} of ${plural(survey.of, 'topic')} are back`),
        ...(troubled.length > 0 ? [section(clipLines(troubled.map(headline), 1500))] : []),
        context(asked),
      ],
    };
  const verdict = verdictOf(survey, troubled);
  const looked = survey.topics.filter(({ findings }) => findings.length > 0);
  const absent = survey.topics.filter(({ findings }) => findings.length === 0);
  const unknown = looked.filter(({ findings }) => overall(findings) === 'inconclusive');
  const well = survey.topics.filter(({ findings }) => overall(findings) === 'healthy');
  const toOpen = troubled.filter(({ incident }) => incident === undefined);
  return {
    text: clip(escaped(`Everything (${survey.environment}): ${verdict.plain}`), LIMIT.fallback),
    blocks: [
      section(`${about}: ${verdict.text}`),
      ...troubled.map((look) => section(troubleOf(survey, look, links))),
      ...(unknown.length > 0
        ? [
            section(
              clipLines(
                unknown.map((look) => `⚪ ${name(look)}: ${whyNot(look)}`),
                2500,
              ),
            ),
          ]
        : []),
      ...(well.length > 0 ? [section(clip(`✅ healthy: ${well.map(name).join(', ')}`, 1500))] : []),
      ...(absent.length > 0 ? [context(`not configured here: ${absent.map(name).join(', ')}`)] : []),
      context(`${plural(looked.length, 'topic')} in ${slowest(survey)} s · ${asked}`),
      ...actions(
        toOpen
          .slice(0, 5)
          .map(({ topic }) =>
            button(
              `Open ${topic}`,
              `diagnose:${topic}`,
              encodeLook({ topic, environment: survey.environment }),
            ),
          ),
      ),
    ],
  };
}

const name = ({ title }: SurveyedTopic): string => clip(oneLine(title), 100);

function verdictOf({ topics, causes }: Survey, troubled: readonly SurveyedTopic[]) {
  if (troubled.length === 0) {
    const looked = topics.filter(({ findings }) => findings.length > 0);
    const isClear = looked.length > 0 && looked.every(({ findings }) => overall(findings) === 'healthy');
    const plain = isClear ? 'healthy' : 'no problem seen, but not everything could be looked at';
    return { plain, text: isClear ? '✅ healthy' : `⚪ ${plain}` };
  }
  const titles = topics.filter(({ topic }) => causes.includes(topic)).map(name);
  const plain = `${plural(troubled.length, 'topic')} with a problem`;
  const because =
    troubled.length === causes.length ? '' : `, probably because of *${titles.join('* and *')}*`;
  return { plain: `${plain}${because.replaceAll('*', '')}`, text: `🔴 ${plain}${because}` };
}

const problemsOf = ({ findings }: SurveyedTopic) =>
  findings
    .filter(({ status }) => status === 'problem')
    .toSorted((a, b) => Number(a.severity !== 'critical') - Number(b.severity !== 'critical'));

const headline = (look: SurveyedTopic): string => {
  const [worst] = problemsOf(look);
  return `🔴 *${name(look)}*: ${clip(oneLine(worst?.summary ?? ''), 200)}`;
};

function troubleOf(
  { explainedBy, topics }: Survey,
  look: SurveyedTopic,
  links: ReadonlyMap<string, string>,
): string {
  const causes = topics.filter(({ topic }) => explainedBy[look.topic]?.includes(topic)).map(name);
  const link = look.incident === undefined ? undefined : links.get(look.incident);
  const incident =
    look.incident === undefined ? '' : link ? ` · <${link}|${look.incident}>` : ` · *${look.incident}*`;
  const because = causes.length === 0 ? '' : ` · probably because of ${causes.join(', ')}`;
  return clipLines(
    [`*${name(look)}*${incident}${because}`, ...problemsOf(look).map(findingLine)],
    700,
    SHOWN_PROBLEMS + 1,
  );
}

const whyNot = ({ findings }: SurveyedTopic): string =>
  clip(oneLine(findings.find(({ status }) => status === 'inconclusive')?.summary ?? ''), 140);

const slowest = ({ topics }: Survey): string =>
  (Math.max(0, ...topics.map(({ tookMs }) => tookMs)) / 1000).toFixed(1);
