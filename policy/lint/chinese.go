package lint

import "fmt"

// inChinese is a message in Chinese. A test holds the two languages together.
func inChinese(format string, args ...any) string { return fmt.Sprintf(chinese[format], args...) }

// chinese are the messages of warnings by what they are in English.
var chinese = map[string]string{
	"this allow never counts: %s denies all of it":           "该允许语句不会生效：%s 拒绝了其全部内容",
	"this adds nothing to %s, which covers it":               "该语句没有增加任何权限，%s 已将其覆盖",
	"this says the same as %s":                               "该语句与 %s 相同",
	"%s covers %s":                                           "%s 已覆盖 %s",
	"%q covers %q":                                           "%q 已覆盖 %q",
	"%s touches resources of %s, and the statement has none": "%s 操作的是 %s 的资源，而该语句中没有此类资源",
	"%s can be granted as a whole only, so the statement says nothing about %s":             "%s 仅支持服务级授权，因此该语句对 %s 不起作用",
	"%s can be granted as a whole only, on every resource":                                  "%s 仅支持服务级授权，资源须为全部资源",
	"%s is granted as a whole: on particular resources the statement says nothing about it": "%s 为操作级接口：限定资源后，该语句对其不起作用",
	"%s matches no action of %s; names are compared with their case, as in %s":              "%s 不匹配 %s 的任何操作；名称区分大小写，例如 %s",
	"%s matches no action of %s": "%s 不匹配 %s 的任何操作",
	"this allows every action on everything, users and permissions included":                                       "该语句允许对全部资源执行全部操作，包括管理用户和权限",
	"%s allows to assume every role that trusts the caller or his account":                                         "%s 允许扮演所有信任调用者或其账号的角色",
	"%s covers %s, with which the caller can give himself any right":                                               "%s 包含 %s，调用者可借此为自己授予任意权限",
	"%s covers %s, which answers a secret":                                                                         "%s 包含 %s，该操作会返回密钥等敏感信息",
	"%s also matches longer ids, such as %s0":                                                                      "%[1]s 也会匹配更长的 ID，例如 %[2]s0",
	"the star of %q crosses slashes: it also matches %q":                                                           "%q 中的 * 会跨越斜杠，也会匹配 %q",
	"this is about the resources of every account; an empty account is the own one":                                "该资源包含所有账号的资源；账号段留空表示当前账号",
	"the dot of %q is a letter: the star alone matches any characters":                                             "%q 中的点是普通字符：只有 * 匹配任意字符",
	"the ? of %q is a letter, no wildcard":                                                                         "%q 中的 ? 是普通字符，不是通配符",
	"the brackets of %q are letters: there are no sets of characters":                                              "%q 中的方括号是普通字符：不支持字符集合",
	"%q is no regular expression: the star alone is special":                                                       "%q 不是正则表达式：只有 * 有特殊含义",
	"the %% of %q is a letter: the wildcard is *":                                                                  "%[1]q 中的 %% 是普通字符：通配符是 *",
	"%s compares letter by letter, so the star of %q is a star; %s has wildcards":                                  "%s 逐字比较，%q 中的 * 就是星号；%s 才支持通配符",
	"this denies no request that has no %s; with %s_if_exist it would":                                             "对于不含 %s 的请求，该拒绝不生效；改用 %s_if_exist 则会生效",
	"this denies only requests for which %s and %s hold both; two statements deny either":                          "只有 %s 与 %s 同时满足的请求才会被拒绝；拆成两条语句则满足其一即拒绝",
	"no request meets this condition on %s":                                                                        "没有请求能满足关于 %s 的该条件",
	"no request meets these conditions on %s":                                                                      "没有请求能同时满足关于 %s 的这些条件",
	"the time is over: this allows nothing any more":                                                               "时间已过：该语句不再允许任何操作",
	"the time is over: this denies nothing any more":                                                               "时间已过：该语句不再拒绝任何操作",
	"tags are compared as key&value, which %q never is; null_equal asks for a key, %s/%s for its value":            "标签按 键&值 比较，%q 不是这种形式；判断键是否存在用 null_equal，判断其值用 %s/%s",
	"no request has the key %q":                                                                                    "没有请求带有条件键 %q",
	"every address is in %s":                                                                                       "%s 包含所有地址",
	attaches:                                                                                                       "principal 仅在创建策略时生效，会将策略关联到其中的身份；之后会被忽略",
	"%d of at most %d characters are used":                                                                         "已使用 %d 个字符，上限为 %d 个",
	"nothing is allowed here, and what limits must allow: add a statement that allows all that it should not stop": "此处没有允许任何操作，而起限制作用的策略必须允许：请添加语句，允许不应被限制的操作",
	"a deny for everyone stops unsigned callers only; name the accounts or users that it is for":                   "对所有人的拒绝只作用于未签名的调用者；请写明所针对的账号或用户",
	"this is for everyone, callers without a signature included":                                                   "该语句面向所有人，包括未签名的调用者",
}
