import { routeKeys, routes, scopeOf } from '../../core/api/routes.ts';
import { synthesize } from '../support/template.ts';

const dev = synthesize();
const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/abc';

describe('the HTTP API', () => {
  it('has every route of the table, and no other', () => {
    const keys = dev.all('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
    expect(keys.sort()).toEqual([...routeKeys].sort());
  });

  it('lets nobody into the routes of operators but by IAM', () => {
    for (const { Properties } of dev.all('AWS::ApiGatewayV2::Route')) {
      const key = routeKeys.find((one) => one === Properties.RouteKey);
      const isOperators = key !== undefined && routes[key].audience === 'operator';
      expect([key, Properties.AuthorizationType]).toEqual([key, isOperators ? 'AWS_IAM' : 'NONE']);
    }
  });

  it('lets them in by tokens instead, each route with its scope, where an issuer is set', () => {
    const templates = synthesize({ jwtIssuer: 'https://issuer.example', jwtAudience: ['a', 'b'] });
    const [authorizer] = templates.all('AWS::ApiGatewayV2::Authorizer');
    expect(authorizer?.Properties.JwtConfiguration).toEqual({ Issuer: 'https://issuer.example', Audience: ['a', 'b'] });
    for (const { Properties } of templates.all('AWS::ApiGatewayV2::Route')) {
      const key = routeKeys.find((one) => one === Properties.RouteKey);
      if (key === undefined || routes[key].audience !== 'operator') continue;
      expect(Properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizationScopes: [scopeOf(key)] });
    }
  });

  it('throttles every route, and logs neither headers nor queries', () => {
    const [stage] = dev.all('AWS::ApiGatewayV2::Stage');
    expect(Object.keys(stage?.Properties.RouteSettings).sort()).toEqual([...routeKeys].sort());
    expect(stage?.Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
    expect(stage?.Properties.AccessLogSettings.Format).not.toMatch(/header|query|path|authorizer/i);
  });

  it('answers under a domain of one’s own and nowhere else; links, buckets and the page know it', () => {
    const templates = synthesize({ apiDomain: 'upload.example.org', certificate });
    const [domain] = templates.all('AWS::ApiGatewayV2::DomainName');
    expect(domain?.Properties).toMatchObject({
      DomainName: 'upload.example.org',
      DomainNameConfigurations: [{ CertificateArn: certificate }],
    });
    expect(templates.all('AWS::ApiGatewayV2::ApiMapping')).toHaveLength(1);
    const [api] = templates.all('AWS::ApiGatewayV2::Api');
    expect(api?.Properties.DisableExecuteApiEndpoint).toBe(true);
    const [rule] = templates.one('AWS::S3::Bucket', 'AirlockStorageLanding').Properties.CorsConfiguration.CorsRules;
    expect(rule.AllowedOrigins).toEqual(['https://upload.example.org']);
    const mailer = templates.one('AWS::Lambda::Function', 'AirlockFunctionsEmailPartner').Properties;
    expect(mailer.Environment.Variables.PAGE_URL).toBe('https://upload.example.org');
  });

  it.each([
    [{ apiDomain: 'upload.example.org' }, 'apiDomain works only together with certificate'],
    [{ certificate }, 'certificate works only together with apiDomain'],
    [{ jwtIssuer: 'https://issuer.example' }, 'jwtIssuer works only together with jwtAudience'],
    [{ jwtIssuer: 'http://issuer.example', jwtAudience: ['a'] }, 'jwtIssuer must be the https:// address'],
    [{ apiDomain: 'https://x', certificate }, 'apiDomain must be a domain'],
  ])('refuses %j in words', (settings, message) => {
    expect(() => synthesize(settings)).toThrow(message);
  });
});

describe('the key of links', () => {
  it('makes and verifies MACs, each for named roles alone', () => {
    const { Properties } = dev.one('AWS::KMS::Key', 'AirlockLinkKey');
    expect(Properties).toMatchObject({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const uses = Properties.KeyPolicy.Statement.slice(1).map(
      ({ Action, Condition }: { Action: string; Condition: { ArnEquals: Record<string, unknown> } }) => [
        Action,
        [...JSON.stringify(Condition.ArnEquals['aws:PrincipalArn']).matchAll(/AirlockFunctions(\w+?)Role/g)].map(
          ([, name]) => name,
        ),
      ],
    );
    expect(Object.fromEntries(uses)).toEqual({
      'kms:VerifyMac': ['AnswerPartner'],
      'kms:GenerateMac': ['EmailPartner', 'AnswerOperator'],
    });
    const administration = Properties.KeyPolicy.Statement[0].Action;
    expect(administration.filter((action: string) => /Mac/.test(action))).toEqual([]);
  });
});
