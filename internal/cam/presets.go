package cam

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Preset is a policy that every account has from the start and nobody can change.
type Preset struct {
	ID              int64
	Name            string
	Description     string
	Document        string
	PermissionLevel string // Global, Finance or CloudProduct
	ServiceType     string // the product it is about, "" for the global ones
	ServiceLinked   bool   // belongs to a service-linked role: nobody else can hold it
	Added           time.Time
}

// Levels of ListPolicies.PermissionLevel.
const (
	levelGlobal  = "Global"
	levelFinance = "Finance"
	levelProduct = "CloudProduct"
)

// presetAdded stands where the publication of a preset is not known. Our decision.
var presetAdded = time.Date(2016, 6, 2, 19, 40, 9, 0, beijing)

// resourceServices are the products that the two wide presets spread over. Documents need an explicit list: a
// wildcard would also cover users, permissions and payment.
var resourceServices = []string{
	"apigw", "as", "bi", "bm", "cas", "cbs", "ccn", "cdb", "cdn", "cfs", "ciam", "ckafka", "clb", "cloudaudit", "cls",
	"cmqqueue", "cmqtopic", "cos", "cvm", "dcdb", "dc", "dts", "ecm", "eiam", "emr", "es", "gaap", "kms", "lighthouse", "live", "mariadb",
	"memcached", "mongodb", "monitor", "postgres", "redis", "scf", "sms", "sqlserver", "ssl", "ssm", "tag", "tat", "tcb", "tcr", "tdmq", "tke",
	"trtc", "vod", "vpc", "waf",
}

// readPrefixes are the API names that only read, by the naming habit of the products.
var readPrefixes = []string{"Describe*", "Get*", "List*", "Query*", "Check*", "Inquiry*"}

func each(services []string, patterns ...string) []string {
	var actions []string
	for _, s := range services {
		for _, p := range patterns {
			actions = append(actions, s+":"+p)
		}
		if s == "cos" && len(patterns) > 1 {
			actions = append(actions, "cos:Head*", "cos:OptionsObject")
		}
	}
	return actions
}

// presets in the order of ListPolicies: the four wide ones as the published sample has them, then by name.
var presets = buildPresets()

var presetsByID, presetsByName = indexPresets()

// indexPresets makes the look-ups by id and by folded name.
func indexPresets() (byID map[int64]*Preset, byName map[string]*Preset) {
	byID, byName = map[int64]*Preset{}, map[string]*Preset{}
	for i := range presets {
		byID[presets[i].ID], byName[fold(presets[i].Name)] = &presets[i], &presets[i]
	}
	return byID, byName
}

// PresetByID finds a preset; nil for any other policy.
func PresetByID(id int64) *Preset { return presetsByID[id] }

// PresetByName finds a preset by its exact name.
func PresetByName(name string) *Preset {
	if p := presetsByName[fold(name)]; p != nil && p.Name == name {
		return p
	}
	return nil
}

func buildPresets() []Preset {
	// Not sts: its Get actions hand out credentials.
	identity := []string{"cam", "organization"}
	all := []Preset{
		{ID: 1, Name: "AdministratorAccess", Description: "Manages all users and their permissions, finance and all cloud assets.",
			Document: allow("*"), PermissionLevel: levelGlobal, Added: presetAdded},
		{ID: 400411, Name: "ReadOnlyAccess", Description: "Reads the assets of every product that authorizes single APIs or resources.",
			Document: allow(each(append(slices.Clone(identity), resourceServices...), readPrefixes...)...), PermissionLevel: levelGlobal, Added: time.Date(2017, 9, 1, 15, 57, 54, 0, beijing)},
		{ID: 2, Name: "QCloudResourceFullAccess", Description: "Manages all cloud assets, but no users, permissions or payments.",
			Document: allow(each(resourceServices, "*")...), PermissionLevel: levelGlobal, Added: presetAdded.Add(14 * time.Second)},
		{ID: 3, Name: "QCloudFinanceFullAccess", Description: "Pays, and manages invoices.",
			Document: allow("finance:*"), PermissionLevel: levelFinance, Added: presetAdded.Add(28 * time.Second)},
	}
	products := append(productPresets(), rolePresets()...)
	slices.SortFunc(products, func(x, y Preset) int { return strings.Compare(x.Name, y.Name) })
	return append(all, products...)
}

// productPresets are those of single products. Their ids are published, but for those from 15,000,000 on.
func productPresets() []Preset {
	reads := func(service string) []string { return each([]string{service}, readPrefixes...) }
	table := []struct {
		id      int64
		name    string
		service string
		about   string
		actions []string
	}{
		{596169, "QcloudCamFullAccess", "cam", "Manages users and permissions.", []string{"cam:*"}},
		{596170, "QcloudCamReadOnlyAccess", "cam", "Reads users and permissions.", reads("cam")},
		{1592575, "QcloudTAGFullAccess", "tag", "Manages tags.", []string{"tag:*"}},
		{244869, "QcloudCOSReadOnlyAccess", "cos", "Reads objects and buckets.", []string{"cos:List*", "cos:Get*", "cos:Head*", "cos:OptionsObject"}},
		{243334, "QcloudCVMReadOnlyAccess", "cvm", "Reads virtual machines.", reads("cvm")},
		{186457, "QcloudVPCReadOnlyAccess", "vpc", "Reads private networks.", reads("vpc")},
		{219850, "QcloudCLBFullAccess", "clb", "Manages load balancers.", []string{"clb:*"}},
		{219851, "QcloudCLBReadOnlyAccess", "clb", "Reads load balancers.", reads("clb")},
		{12031968, "QcloudASReadOnlyAccess", "as", "Reads scaling groups.", reads("as")},
		{1242979, "QcloudCDBInnerReadOnlyAccess", "cdb", "Reads MySQL databases.", reads("cdb")},
		{219064, "QcloudSMSFullAccess", "sms", "Manages short messages.", []string{"sms:*"}},
		{219186, "QcloudCASFullAccess", "cas", "Manages archive storage.", []string{"cas:*"}},
		{244866, "QcloudCASReadOnlyAccess", "cas", "Reads archive storage.", reads("cas")},
		{15000101, "QcloudBIFullAccess", "bi", "Manages business intelligence.", []string{"bi:*"}},
		{15000102, "QcloudBIReadOnlyAccess", "bi", "Reads business intelligence.", []string{"bi:Describe*", "bi:Query*"}},
	}
	all := []Preset{{ID: 450021, Name: "QcloudCLBFinanceAccess", Description: "Pays for load balancers.",
		Document: document([]string{"finance:*"}, []string{"qcs::clb:::*"}), PermissionLevel: levelProduct, ServiceType: "clb", Added: presetAdded}}
	for _, p := range table {
		all = append(all, Preset{ID: p.id, Name: p.name, Description: p.about, Document: allow(p.actions...),
			PermissionLevel: levelProduct, ServiceType: p.service, Added: presetAdded})
	}
	return all
}

// rolePresets are what products need of each other, for the roles that they are given. The service-linked ones cannot be
// given to anybody else. Names, and the ids above 16,000,000, are published; the other ids and the contents are our
// decision.
func rolePresets() []Preset {
	logs := []string{"cls:CreateLogset", "cls:DeleteLogset", "cls:DescribeLogsets", "cls:ModifyLogset", "cls:CreateTopic", "cls:DeleteTopic",
		"cls:DescribeTopics", "cls:ModifyTopic", "cls:SearchLog", "cls:UploadLog"}
	table := []struct {
		id      int64
		name    string
		linked  bool
		about   string
		actions []string
	}{
		{16313162, "QcloudAccessForCDNRole", false, "Lets CDN keep and search logs.", logs},
		{18150187, "QcloudAccessForCARole", false, "Lets CloudAudit deliver its trail to buckets.",
			[]string{"cos:GetBucket", "cos:GetService", "cos:HeadBucket", "cos:PutBucket", "cos:PutObject"}},
		{15000001, "QcloudAccessForOrganizationLinkedRoleInCIC", true, "Lets Identity Center set up roles and identity providers.",
			[]string{"cam:*Role", "cam:*RolePolicy", "cam:UpdateRole*", "cam:UpdateAssumeRolePolicy", "cam:*SAMLProvider", "cam:*SAMLProviders",
				"cam:CreatePolicy", "cam:GetPolicy", "cam:UpdatePolicy", "cam:DeletePolicy", "cam:List*Policies"}},
		{15000002, "QcloudAccessForCOSLinkedRoleInCOSAcc", true, "Lets the accelerator of the object store read buckets.",
			[]string{"cos:GetBucket", "cos:GetObject", "cos:HeadBucket", "cos:HeadObject"}},
		{15000003, "QcloudAccessForCOSLinkedRoleInCosoclsr", true, "Lets the object store write its access logs.", logs},
	}
	var all []Preset
	for _, p := range table {
		all = append(all, Preset{ID: p.id, Name: p.name, Description: p.about, Document: allow(p.actions...), PermissionLevel: levelProduct,
			ServiceType: "cooperator", ServiceLinked: p.linked, Added: presetAdded})
	}
	return all
}

func allow(actions ...string) string { return document(actions, []string{"*"}) }

// document prints a policy with one allow. A list of one is written as the bare string, as the published presets do.
func document(actions, resources []string) string {
	one := func(list []string) any {
		if len(list) == 1 {
			return list[0]
		}
		return list
	}
	text, _ := json.Marshal(struct { // strings alone: cannot fail
		Version   string `json:"version"`
		Statement []any  `json:"statement"`
	}{"2.0", []any{struct {
		Effect   string `json:"effect"`
		Action   any    `json:"action"`
		Resource any    `json:"resource"`
	}{"allow", one(actions), one(resources)}}})
	return strings.TrimSpace(string(text))
}
