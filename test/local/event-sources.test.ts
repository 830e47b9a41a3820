import { Airlock } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

const assembly = assemblyWith({ recordUserAgents: 'new' });

type Change = Parameters<typeof changedAssembly>[0];
type Resources = Parameters<Change>[0]['Resources'];

const of = (resources: Resources, type: string, prefix = '') =>
  Object.entries(resources).find(([id, one]) => one.Type === type && id.includes(prefix))?.[1].Properties;

const startWith = (change: (resources: Resources) => void): Promise<string> => {
  const folder = changedAssembly(({ Resources }) => change(Resources), assembly);
  return Airlock.start({ assembly: folder }).then(
    async (airlock) => {
      await airlock.stop();
      return 'started';
    },
    (error: Error) => error.message,
  );
};

describe('an event source mapping', () => {
  it('is refused for a queue whose messages come back before the function ends', async () => {
    const told = await startWith((resources) => {
      of(resources, 'AWS::SQS::Queue', 'EndedRuns').VisibilityTimeout = 59;
    });
    expect(told).toContain('Queue visibility timeout: 59 seconds is less than Function timeout: 60 seconds');
  });

  it('is refused for a function whose role may not take messages', async () => {
    const told = await startWith((resources) => {
      const { Statement } = of(resources, 'AWS::IAM::Policy', 'ArchiveExecution').PolicyDocument;
      for (const one of Statement) if (one.Sid === 'TakeEndedRuns') one.Action = ['sqs:DeleteMessage'];
    });
    expect(told).toContain('The provided execution role does not have permissions to call ReceiveMessage on SQS');
  });

  it('is refused for a queue that is not there', async () => {
    const told = await startWith((resources) => {
      of(resources, 'AWS::Lambda::EventSourceMapping').EventSourceArn = 'arn:aws:sqs:eu-west-1:000000000000:other';
    });
    expect(told).toContain('The queue arn:aws:sqs:eu-west-1:000000000000:other does not exist.');
  });
});

describe('a trail', () => {
  it('is refused a bucket whose policy does not let CloudTrail write', async () => {
    const told = await startWith((resources) => {
      const { Statement } = of(resources, 'AWS::S3::BucketPolicy', 'Trail').PolicyDocument;
      for (const one of Statement) if (one.Sid === 'TrailMayWrite') one.Action = 's3:GetObject';
    });
    expect(told).toMatch(/Incorrect S3 bucket policy is detected for bucket: airlock-dev.*trail/);
  });

  it('is refused a selector of what it does not record here', async () => {
    const told = await startWith((resources) => {
      of(resources, 'AWS::CloudTrail::Trail').AdvancedEventSelectors[0].FieldSelectors[1].Equals = [
        'AWS::Lambda::Function',
      ];
    });
    expect(told).toContain('a selector of anything but data events of AWS::S3::Object');
  });
});
