// One customer's life, told with the official SDK for Node. The same story is told in Go beside this directory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import cam from "tencentcloud-sdk-nodejs/tencentcloud/services/cam/index.js"; // all services together take seconds to load
import sts from "tencentcloud-sdk-nodejs/tencentcloud/services/sts/index.js";
import { tellOfBI } from "./bi.js";
import { configuration, denied, document, fails, forms } from "./calls.js";
import { Server } from "./server.js";

const CamClient = cam.cam.v20190116.Client;
const StsClient = sts.sts.v20180813.Client;

async function tell(server, form) {
  const as = (secretId, secretKey, token) => {
    const config = configuration(server, form, { secretId, secretKey, token });
    return { cam: new CamClient(config), sts: new StsClient(config) };
  };
  const { uin: owner, secretId, secretKey } = server.createAccount();
  const root = as(secretId, secretKey);

  // A user with a key, who may do nothing.
  const made = await root.cam.AddUser({ Name: "alice", Remark: "爱丽丝 & co = 1", UseApi: 1 });
  const alice = as(made.SecretId, made.SecretKey);
  const target = { Name: "alice" };
  await fails(alice.cam.GetUser(target), denied, /operation \(cam:GetUser\)/);
  assert.equal((await alice.sts.GetCallerIdentity({})).Arn, `qcs::cam:${owner}:uin/${made.Uin}`);

  // A policy, at once; then through a group; then within a boundary.
  const reading = (await root.cam.CreatePolicy({ PolicyName: "reading", PolicyDocument: document(["cam:GetUser", "cam:ListUsers"]) })).PolicyId;
  await root.cam.AttachUserPolicy({ PolicyId: reading, AttachUin: made.Uin });
  assert.equal((await alice.cam.GetUser(target)).Remark, "爱丽丝 & co = 1");
  const { GroupId } = await root.cam.CreateGroup({ GroupName: "readers" });
  await root.cam.AttachGroupPolicy({ PolicyId: reading, AttachGroupId: GroupId });
  await root.cam.AddUserToGroup({ Info: [{ GroupId, Uin: made.Uin }] });
  await root.cam.DetachUserPolicy({ PolicyId: reading, DetachUin: made.Uin });
  await alice.cam.GetUser(target);
  const listing = (await root.cam.CreatePolicy({ PolicyName: "listing", PolicyDocument: document("cam:ListUsers") })).PolicyId;
  await root.cam.PutUserPermissionsBoundary({ TargetUin: made.Uin, PolicyId: listing });
  await fails(alice.cam.GetUser(target), denied, /"result":"boundary"/);
  await root.cam.DeleteUserPermissionsBoundary({ TargetUin: made.Uin });
  await alice.cam.GetUser(target);
  await root.cam.DetachGroupPolicy({ PolicyId: reading, DetachGroupId: GroupId });
  await fails(alice.cam.GetUser(target), denied);

  // A role and its session, until it ends.
  const trust = { effect: "allow", action: "name/sts:AssumeRole", principal: { qcs: [`qcs::cam::uin/${owner}:root`] } };
  const { RoleId } = await root.cam.CreateRole({ RoleName: "reader", PolicyDocument: JSON.stringify({ version: "2.0", statement: [trust] }) });
  await root.cam.AttachRolePolicy({ PolicyId: reading, AttachRoleId: RoleId });
  const RoleArn = `qcs::cam::uin/${owner}:roleName/reader`;
  const assuming = (await root.cam.CreatePolicy({ PolicyName: "assuming", PolicyDocument: document("sts:AssumeRole", RoleArn) })).PolicyId;
  await root.cam.AttachUserPolicy({ PolicyId: assuming, AttachUin: made.Uin });
  const { Credentials: key } = await alice.sts.AssumeRole({ RoleArn, RoleSessionName: "alice-at-work", DurationSeconds: 1 });
  const session = as(key.TmpSecretId, key.TmpSecretKey, key.Token);
  await fails(as(key.TmpSecretId, key.TmpSecretKey).cam.GetUser(target), "AuthFailure.TokenFailure");
  const { Credentials: longer } = await alice.sts.AssumeRole({ RoleArn, RoleSessionName: "alice-at-work", DurationSeconds: 3600 });
  const worker = as(longer.TmpSecretId, longer.TmpSecretKey, longer.Token);
  await worker.cam.GetUser(target);
  assert.equal((await worker.sts.GetCallerIdentity({})).Arn, `qcs::sts:${owner}:assumed-role/${RoleId}`);
  await fails(worker.cam.AddUser({ Name: "bob" }), denied);
  for (let ended = false; !ended; await sleep(50)) {
    ended = await session.cam.GetUser(target).then(
      () => false,
      (error) => assert.equal(error.code, "AuthFailure.TokenFailure") ?? true,
    );
  }

  // Everything goes.
  await root.cam.DeleteRole({ RoleId });
  await fails(worker.cam.GetUser(target), "AuthFailure.TokenFailure");
  await root.cam.DeletePolicy({ PolicyId: [reading, listing, assuming] });
  await root.cam.DeleteGroup({ GroupId });
  await fails(root.cam.DeleteUser(target), "OperationDenied.HaveKeys");
  await root.cam.DeleteUser({ Name: "alice", Force: 1 });
  await fails(alice.sts.GetCallerIdentity({}), "AuthFailure.SecretIdNotFound");
  await fails(root.cam.GetUser(target), "ResourceNotFound.UserNotExist");
}

test("the stories", { concurrency: forms.length }, async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  for (const [name, story] of Object.entries({ "a customer's life": tell, "the users of BI": tellOfBI })) {
    await Promise.all(forms.map((form) => t.test(`${name}, ${form.name}`, { timeout: 45_000 }, () => story(server, form))));
  }
});
