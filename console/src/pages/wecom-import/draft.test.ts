import { expect, test } from "vitest";
import { noGrants } from "../create-user/grants";
import { candidateAgain, candidateOf, newKey, requestOf, type Member } from "./draft";

const member: Member = {
  UserId: "lilei",
  Name: "李雷",
  Position: "",
  Departments: [
    { DepartmentId: 2, Name: "研发中心" },
    { DepartmentId: 7, Name: "" },
  ],
  PhoneNum: "",
  Email: "",
  Status: "Active",
  Uin: 0,
};

test("a member is called by the userid, and its name is the remark", () => {
  expect(candidateOf(member)).toMatchObject({ userId: "lilei", name: "lilei", remark: "李雷", departments: "研发中心, 7" });
  expect(candidateOf({ ...member, Name: "lilei" }).remark).toBe("");
});

test("a request says what was entered, and nothing of what was not", () => {
  expect(requestOf("ww1", [candidateOf(member)], noGrants)).toEqual({ CorpId: "ww1", Members: [{ UserId: "lilei", Name: "lilei", Remark: "李雷" }] });
  const grants = { groups: [{ id: "9", groupId: 9, name: "g", remark: "" }], copyFrom: [], policies: [{ id: "1", policyId: 1, name: "p", preset: true, description: "" }] };
  expect(requestOf("ww1", [{ ...candidateOf(member), phone: "138", email: "a@b" }], grants)).toEqual({
    CorpId: "ww1",
    Members: [{ UserId: "lilei", Name: "lilei", Remark: "李雷", PhoneNum: "138", CountryCode: "86", Email: "a@b" }],
    GroupIds: [9],
    PolicyIds: [1],
  });
});

test("a member of an earlier import keeps the name that was chosen", () => {
  expect(candidateAgain({ UserId: "lilei", Name: "li.lei", Uin: 0, Outcome: "out_of_scope", Message: "" })).toMatchObject({ userId: "lilei", name: "li.lei" });
});

test("keys of imports are of the shape that hufu takes, and differ", () => {
  expect(newKey()).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  expect(newKey()).not.toBe(newKey());
});
