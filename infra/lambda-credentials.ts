/**
 * Stands in for the SDK's chain of credential providers in the functions' bundles: Lambda hands a function its credentials in
 * the environment, and nowhere else
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime). The chain's other
 * links (profiles, SSO, instance metadata) are a fifth of a bundle that nobody would ever call.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('Lambda gave this function no credentials in its environment');
  return { accessKeyId, secretAccessKey, sessionToken };
};
