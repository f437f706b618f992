package main

import (
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// parsePrincipal reads user:UIN@ACCOUNT, root:ACCOUNT, role:ID@ACCOUNT, service:NAME, federated:QCS and anonymous.
func parsePrincipal(text string) (p policy.Principal, err error) {
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "anonymous":
		if text != kind {
			return p, fmt.Errorf("--principal anonymous has no name")
		}
		return p, nil
	case "service":
		if rest == "" {
			return p, fmt.Errorf("--principal service:NAME needs the name, such as cvm.qcloud.com")
		}
		return policy.Principal{Kind: policy.Service, ServiceName: rest}, nil
	case "federated":
		p.Kind = policy.Federated
		if p.Provider, err = qcs.ParseEntity(rest); err != nil {
			return p, fmt.Errorf("--principal federated:QCS: %w", err)
		}
		return p, nil
	case "root":
		p.Kind = policy.Root
		if p.Account, err = parseAccount(rest); err != nil {
			return p, fmt.Errorf("--principal root:ACCOUNT: %w", err)
		}
		return p, nil
	}
	switch kind {
	case "user":
		p.Kind = policy.User
	case "role":
		p.Kind = policy.Role
	default:
		return p, fmt.Errorf("--principal %q is none of user:UIN@ACCOUNT, root:ACCOUNT, role:ID@ACCOUNT, service:NAME, federated:QCS and anonymous", text)
	}
	id, account, _ := strings.Cut(rest, "@")
	if p.Account, err = parseAccount(account); err != nil {
		return p, fmt.Errorf("--principal %s:ID@ACCOUNT: %w", kind, err)
	}
	if !isNumber(id) {
		return p, fmt.Errorf("--principal %s:ID@ACCOUNT: %q is no id", kind, id)
	}
	if p.UIN = id; kind == "role" {
		p.UIN, p.RoleID = "", id
	}
	return p, nil
}

// parseAccount reads a uin, or uin/appid.
func parseAccount(text string) (qcs.Account, error) {
	uin, appid, both := strings.Cut(text, "/")
	if !isNumber(uin) || both && !isNumber(appid) {
		return qcs.Account{}, fmt.Errorf("%q is no account: it is a uin, or uin/appid", text)
	}
	return qcs.Account{UIN: uin, AppID: appid}, nil
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// parseTags reads tags of the form KEY=VALUE.
func parseTags(texts []string) ([]policy.Tag, error) {
	var tags []policy.Tag
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--tag %q is not KEY=VALUE", text)
		}
		tags = append(tags, policy.NewTag(key, value))
	}
	return tags, nil
}
