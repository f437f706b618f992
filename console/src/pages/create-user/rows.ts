// What is entered about a user, and the rules of it that the browser can check. hufu checks them all again.
import type { createText } from "./messages";

export interface Profile {
  name: string;
  remark: string;
  phone: string;
  country: string;
  email: string;
}

export type ProfileField = keyof Profile;

export const emptyProfile: Profile = { name: "", remark: "", phone: "", country: "86", email: "" };

type Problem = keyof typeof createText;

const namePattern = /^[A-Za-z0-9\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}+=,.@_[\]&-]{1,64}$/u;

/** What is wrong with each field of each row. Names differ in more than their case. */
export function checkProfiles(rows: readonly Profile[]): Partial<Record<ProfileField, Problem>>[] {
  const counts = new Map<string, number>();
  for (const { name } of rows) counts.set(folded(name), (counts.get(folded(name)) ?? 0) + 1);
  return rows.map((row) => {
    const found = checkContact(row);
    if (row.name.trim() === "") found.name = "nameMissing";
    else if (!namePattern.test(row.name.trim())) found.name = "nameWrong";
    else if ((counts.get(folded(row.name)) ?? 0) > 1) found.name = "nameTwice";
    return found;
  });
}

/** What is wrong with everything but the name. */
export function checkContact(row: Omit<Profile, "name">): Partial<Record<ProfileField, Problem>> {
  const found: Partial<Record<ProfileField, Problem>> = {};
  if ([...row.remark].length > 255) found.remark = "remarkLong";
  if (!/^\+?[0-9 -]{0,31}$/.test(row.phone)) found.phone = "phoneWrong";
  if (row.phone !== "" && !/^\+?[0-9]{1,7}$/.test(row.country)) found.country = "countryWrong";
  if (row.email !== "" && !/^[^\s@]+@[^\s@]+$/.test(row.email)) found.email = "emailWrong";
  return found;
}

function folded(name: string): string {
  return name.trim().toLowerCase();
}

/** The members of AddUser, UpdateUser and imports for a profile; an empty phone has no country code. */
export function contactOf(row: Omit<Profile, "name">): { Remark: string; PhoneNum: string; CountryCode?: string; Email: string } {
  const phone = row.phone.trim();
  return { Remark: row.remark.trim(), PhoneNum: phone, ...(phone ? { CountryCode: row.country.replace(/^\+/, "") } : {}), Email: row.email.trim() };
}
