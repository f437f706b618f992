// The users of an account's BI, told with the official SDK for Node: sub-users come from cam, roles and projects from bi.
import assert from "node:assert/strict";
import bi from "tencentcloud-sdk-nodejs/tencentcloud/services/bi/index.js";
import cam from "tencentcloud-sdk-nodejs/tencentcloud/services/cam/index.js";
import { configuration, denied, document, fails } from "./calls.js";

const BiClient = bi.bi.v20220105.Client;
const CamClient = cam.cam.v20190116.Client;

export async function tellOfBI(server, form) {
  const as = (secretId, secretKey) => {
    const config = configuration(server, form, { secretId, secretKey });
    return { bi: new BiClient(config), cam: new CamClient(config) };
  };
  const { uin: owner, secretId, secretKey } = server.createAccount();
  const root = as(secretId, secretKey);
  const page = { PageNo: 1, PageSize: 20 };
  const entry = async (UserId) => (await root.bi.DescribeUserRoleList({ ...page, AllPage: true })).Data.List.find((user) => user.UserId === UserId);

  // At first there is the root, and his is the first role.
  const { Data: first } = await root.bi.DescribeUserRoleList(page);
  assert.deepEqual([first.Total, first.TotalPages, first.List.length], [1, 1, 1]);
  const [own] = first.List;
  assert.deepEqual([own.UserId, own.CorpId, own.RootAccount, own.CorpAdmin, own.Status], [String(owner), String(owner), true, true, 1]);
  assert.deepEqual(own.RoleList.map((role) => role.ModuleCollection), ["sys_corp_admin"]);

  // Two sub-users come in together, and are general users.
  const made = await Promise.all(["alice", "bob"].map((Name) => root.cam.AddUser({ Name, UseApi: 1 })));
  const [alice, bob] = made.map((user) => String(user.Uin));
  const created = await root.bi.CreateUserRole({
    UserInfoList: [
      { UserId: alice, UserName: "爱丽丝 & co = 1", Email: "alice@example.com", PhoneNumber: "13470010000", AreaCode: "+86", AppUserId: "wecom-alice" },
      { UserId: bob, UserName: "Bob" },
    ],
  });
  assert.deepEqual([created.Msg, created.Extra, created.ErrorInfo], ["success", "", null]);
  assert.ok(Number.isSafeInteger(created.Data.Id));
  const shown = await entry(alice);
  assert.equal(shown.Id, created.Data.Id);
  assert.deepEqual(
    [shown.UserName, shown.Email, shown.PhoneNumber, shown.AreaCode, shown.AppUserId, shown.Status],
    ["爱丽丝 & co = 1", "alice@example.com", "13470010000", "+86", "wecom-alice", 1],
  );
  assert.deepEqual(shown.RoleList.map((role) => role.ModuleCollection), ["sys_common_user"]);
  await fails(root.bi.CreateUserRole({}), "MissingParameter.MissingParam", /UserInfoList/);
  await fails(root.bi.CreateUserRole({ UserInfoList: [{ UserId: "nobody" }] }), "UnauthorizedOperation.UserNotExist", /nobody/);
  await fails(root.bi.CreateUserRole({ RoleIdList: [1982493789748932], UserInfoList: [{ UserId: alice }] }), "InvalidParameterValue", /1982493789748932/);

  // Policies come first, then BI's own roles.
  const { bi: her } = as(made[0].SecretId, made[0].SecretKey);
  await fails(her.DescribeUserRoleList(page), denied, /operation \(bi:DescribeUserRoleList\)/);
  const { PolicyId } = await root.cam.CreatePolicy({ PolicyName: "all-of-bi", PolicyDocument: document("bi:*") });
  await root.cam.AttachUserPolicy({ PolicyId, AttachUin: made[0].Uin });
  await fails(her.DescribeUserRoleList(page), "UnauthorizedOperation.Authorize");
  await root.bi.ModifyUserRole({ UserId: alice, RoleIdList: [own.RoleList[0].RoleId] });
  assert.equal((await her.DescribeUserRoleList(page)).Data.Total, 3);

  // She makes a project; he becomes an editor of it, and no more.
  const { Data: project } = await her.CreateProject({ Name: "sales", ColorCode: "#2864D7", Mark: "中文" });
  const ProjectId = project.Id;
  const { Data: roles } = await her.DescribePermissionRoleInfo({ ProjectId });
  const roleId = (code) => roles.find((role) => role.ModuleCollection === code).Id;
  await her.CreateUserRoleProject({ ProjectId, RoleIdList: [roleId("sys_project_editor")], UserInfoList: [{ UserId: bob }] });
  await fails(her.CreateUserRoleProject({ ProjectId, RoleIdList: [own.RoleList[0].RoleId], UserInfoList: [{ UserId: bob }] }), "InvalidParameterValue");
  const members = (await her.DescribeUserRoleProjectList({ ...page, ProjectId })).Data.List;
  assert.deepEqual(members.map((user) => user.UserId).sort(), [alice, bob].sort());
  assert.deepEqual(members.find((user) => user.UserId === bob).RoleIdList, [roleId("sys_project_editor")]);
  assert.deepEqual((await entry(bob)).RoleList.map((role) => role.ModuleCollection), ["sys_common_user", "sys_project_editor"]);
  await root.cam.AttachUserPolicy({ PolicyId, AttachUin: made[1].Uin });
  const { bi: his } = as(made[1].SecretId, made[1].SecretKey);
  assert.equal((await his.DescribeProjectInfo({ Id: ProjectId })).Data.Name, "sales");
  await fails(his.ModifyProject({ Id: ProjectId, Name: "mine" }), "UnauthorizedOperation.Authorize");

  // Groups, a token for a page, and what needs an engine.
  const { Data: group } = await her.CreateUserGroup({ GroupName: "readers", Description: "words" });
  assert.deepEqual([group.GroupName, group.ParentName, group.UserList], ["readers", null, null]);
  await her.CreateUserGroupMember({ GroupId: group.Id, UserIdList: [bob] });
  assert.deepEqual((await entry(bob)).UserGroupList.map((g) => g.GroupName), ["readers"]);
  const { Data: token } = await her.CreateEmbedToken({ ProjectId, PageId: 7, TokenType: 200, UserCorpId: String(owner), UserId: bob, ExpireTime: "30" });
  assert.deepEqual([token.ProjectId, token.PageId, token.ExpireTime, token.UserId], [String(ProjectId), "7", 30, bob]);
  const interval = { ProjectId, PageId: 7, BIToken: token.BIToken, Scope: "page" };
  assert.equal((await her.ApplyEmbedInterval(interval)).Data.Result, true);
  await fails(her.DescribePageWidgetList({ ProjectId: String(ProjectId), PageId: "7" }), "UnsupportedOperation");

  // Everything goes.
  await her.DeleteUserRoleProject({ ProjectId, UserId: bob });
  assert.equal((await her.ApplyEmbedInterval(interval)).Data.Result, false);
  await her.DeleteProject({ Id: ProjectId });
  assert.equal((await her.DescribeProjectInfo({ Id: ProjectId })).Data, null);
  await her.DeleteUserRole({ UserId: bob });
  await fails(her.DeleteUserRole({ UserId: bob }), "UnauthorizedOperation.UserNotExist");
  await fails(her.DeleteUserRole({ UserId: String(owner) }), "UnauthorizedOperation.Authorize");
  await root.cam.DeleteUser({ Name: "alice", Force: 1 });
  assert.equal((await root.bi.DescribeUserRoleList(page)).Data.Total, 1);
}
