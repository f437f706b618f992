import { describe, expect, test } from "vitest";
import { checkProfiles, contactOf, emptyProfile } from "./rows";

const row = (profile: Partial<typeof emptyProfile>) => ({ ...emptyProfile, ...profile });

describe("rows of new users", () => {
  test.each([
    ["a plain name is right", { name: "li.lei" }, {}],
    ["names may be Chinese", { name: "李雷" }, {}],
    ["a name cannot be empty", { name: " " }, { name: "nameMissing" }],
    ["spaces inside a name are wrong", { name: "li lei" }, { name: "nameWrong" }],
    ["markup is no name", { name: "<img src=x>" }, { name: "nameWrong" }],
    ["65 characters are too many", { name: "a".repeat(65) }, { name: "nameWrong" }],
    ["letters are no phone number", { name: "a", phone: "12ab" }, { phone: "phoneWrong" }],
    ["a phone number needs a country code", { name: "a", phone: "138", country: "" }, { country: "countryWrong" }],
    ["an email needs an @", { name: "a", email: "a.example" }, { email: "emailWrong" }],
  ])("%s", (_, profile, problems) => expect(checkProfiles([row(profile)])).toEqual([problems]));

  test("names that differ in case alone are the same", () => {
    expect(checkProfiles([row({ name: "Ann" }), row({ name: "ann" }), row({ name: "bob" })])).toEqual([{ name: "nameTwice" }, { name: "nameTwice" }, {}]);
  });

  test("without a phone number there is no country code", () => {
    expect(contactOf(row({ name: "a", remark: " r " }))).toEqual({ Remark: "r", PhoneNum: "", Email: "" });
    expect(contactOf(row({ name: "a", phone: "138", country: "+86" }))).toEqual({ Remark: "", PhoneNum: "138", CountryCode: "86", Email: "" });
  });
});
