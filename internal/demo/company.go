package demo

// The company of the demonstration. Its people, names and addresses are invented; the networks are those that are kept for
// documentation.

// group is a group of users with the policies that it brings.
type group struct {
	name, remark string
	policies     []string
}

var groups = []group{
	{"administrators", "管理员：账号与权限的全部管理", []string{"AdministratorAccess"}},
	{"all-staff", "全体员工：自助管理密钥，生产环境保护", []string{"own-access-keys", "protect-production"}},
	{"platform-engineers", "平台研发：制品、预发环境与发布", []string{"artifacts-readwrite", "staging-operate", "release-deploy", "office-network-only"}},
	{"data-engineers", "数据平台：数据湖读写", []string{"data-lake-read", "data-lake-write"}},
	{"data-analysts", "数据分析：只读数据湖与报表", []string{"data-lake-read", "reports-readonly", "QcloudBIReadOnlyAccess"}},
	{"security-audit", "安全审计：只读全部资源", []string{"ReadOnlyAccess"}},
	{"finance", "财务：账单与报表", []string{"QCloudFinanceFullAccess", "reports-readonly"}},
	{"customer-success", "客户成功：日志与客户上传的文件", []string{"support-read-logs"}},
	{"on-call", "运维值班：可切换到值班角色", []string{"assume-oncall", "QcloudCVMReadOnlyAccess", "QcloudCLBReadOnlyAccess"}},
	{"it-helpdesk", "IT 服务台：查看用户、重置密码", []string{"helpdesk-passwords"}},
	{"contractors", "外包人员：到期自动失效", []string{"contractor-staging", "office-network-only"}},
	{"service-accounts", "程序使用的账号，禁止登录控制台", nil},
}

// policyText is a custom policy: the day it was made, what it says, and of which days its further versions are. Days are counted
// back from today.
type policyText struct {
	name, about string
	day         int
	versions    []int
}

var policies = []policyText{
	{"own-access-keys", "每个人创建自己的访问密钥 / everybody makes the own access keys", 60, []int{15}},
	{"protect-production", "带生产标签的资源不可销毁 / nothing tagged production is destroyed", 60, nil},
	{"artifacts-readwrite", "构建制品的读写，已发布的不可改 / build artifacts; what was released stays", 58, []int{41, 12}},
	{"staging-operate", "预发环境主机的启停 / start and stop machines tagged staging", 58, nil},
	{"release-deploy", "发布 web 与 api 服务；计费服务须在窗口内 / deploy web and api; billing only in its window", 57, []int{20}},
	{"office-network-only", "仅限办公网发布与操作主机 / deploy and operate from the office only", 55, nil},
	{"data-lake-read", "数据湖整理区只读 / curated part of the data lake, read", 54, nil},
	{"data-lake-write", "数据湖读写，受限区除外 / the data lake, but for its restricted part", 54, nil},
	{"reports-readonly", "经营报表只读 / business reports, read", 52, nil},
	{"support-read-logs", "查询日志与客户上传的文件 / logs and what customers uploaded", 50, nil},
	{"assume-oncall", "允许切换到值班角色 / may assume the on-call role", 48, nil},
	{"oncall-operate", "值班时的操作 / what one may do on call", 48, nil},
	{"ask-decisions", "代服务提问：是否允许 / ask for decisions", 47, nil},
	{"order-events-consumer", "消费订单事件队列 / consume the queue of orders", 44, nil},
	{"helpdesk-passwords", "服务台重置密码，仅限办公网 / reset passwords, from the office", 40, nil},
	{"engineer-boundary", "研发人员的权限边界 / boundary of engineers", 35, nil},
	{"contractor-staging", "外包：合同期内运行流水线 / pipelines until the contract ends", 30, nil},
	{"migration-2025", "迁移用，已完成（待清理） / for the migration, which is done", 199, nil},
}

// user is a sub-user. A boundary, a password and a key are there if they are named.
type user struct {
	name, remark string
	day          int
	groups       []string
	policies     []string
	boundary     string
	console, api bool
	phone        string
}

const boundary = "engineer-boundary"

var users = []user{
	{"lilei", "李雷 · 首席信息安全官", 199, []string{"administrators", "all-staff"}, nil, "", true, true, "13800000001"},
	{"hanmeimei", "韩梅梅 · IT 经理", 199, []string{"administrators", "all-staff"}, nil, "", true, true, "13800000002"},
	{"zhangwei", "张伟 · 平台研发负责人", 57, []string{"all-staff", "platform-engineers", "on-call"}, nil, boundary, true, true, "13800000003"},
	{"chenyu", "陈宇 · 高级后端工程师", 57, []string{"all-staff", "platform-engineers", "on-call"}, nil, boundary, true, true, ""},
	{"liuyang", "刘洋 · 后端工程师", 56, []string{"all-staff", "platform-engineers"}, nil, boundary, true, true, ""},
	{"zhaomin", "赵敏 · 架构师", 56, []string{"all-staff", "platform-engineers"}, []string{"QcloudVPCReadOnlyAccess"}, "", true, false, ""},
	{"sunhao", "孙浩 · 运维工程师", 55, []string{"all-staff", "platform-engineers", "on-call"}, []string{"QcloudCLBFullAccess"}, boundary, true, true, ""},
	{"zhoujie", "周杰 · 前端工程师", 55, []string{"all-staff", "platform-engineers"}, nil, boundary, false, true, ""},
	{"wujing", "吴静 · 测试工程师", 54, []string{"all-staff", "platform-engineers"}, nil, boundary, false, true, ""},
	{"zhengkai", "郑凯 · 后端工程师（新入职）", 3, []string{"all-staff", "platform-engineers"}, nil, boundary, true, false, ""},
	{"xuxin", "徐欣 · 数据平台负责人", 54, []string{"all-staff", "data-engineers"}, nil, "", true, true, "13800000011"},
	{"mali", "马丽 · 数据工程师", 53, []string{"all-staff", "data-engineers"}, nil, "", true, true, ""},
	{"guoqiang", "郭强 · 数据工程师", 53, []string{"all-staff", "data-engineers"}, nil, "", false, true, ""},
	{"heyun", "何云 · 数据分析师", 52, []string{"all-staff", "data-analysts"}, nil, "", true, false, ""},
	{"luofei", "罗飞 · 数据分析师", 51, []string{"all-staff", "data-analysts"}, nil, "", false, true, ""},
	{"songyi", "宋怡 · 安全审计", 59, []string{"all-staff", "security-audit"}, nil, "", true, true, "13800000016"},
	{"tangning", "唐宁 · 合规专员", 45, []string{"all-staff", "security-audit"}, nil, "", true, false, ""},
	{"fengli", "冯丽 · 财务经理", 52, []string{"all-staff", "finance"}, nil, "", true, true, ""},
	{"dengjing", "邓静 · 会计", 51, []string{"all-staff", "finance"}, nil, "", false, false, ""},
	{"pengbo", "彭博 · 财务分析师", 38, []string{"all-staff", "finance", "data-analysts"}, nil, "", false, true, ""},
	{"caoyan", "曹燕 · 客户成功经理", 50, []string{"all-staff", "customer-success"}, nil, "", true, false, ""},
	{"yuanwen", "袁文 · 技术支持工程师", 49, []string{"all-staff", "customer-success"}, nil, "", false, true, ""},
	{"panting", "潘婷 · 技术支持工程师", 26, []string{"all-staff", "customer-success"}, nil, "", false, false, ""},
	{"dongmei", "董梅 · IT 服务台", 40, []string{"all-staff", "it-helpdesk"}, nil, "", true, true, ""},
	{"jiangtao", "蒋涛 · IT 服务台", 39, []string{"all-staff", "it-helpdesk"}, nil, "", false, false, ""},
	{"tianlei", "田磊 · 产品经理", 46, []string{"all-staff"}, nil, "", false, false, ""},
	{"caijing", "蔡静 · 产品经理", 46, []string{"all-staff"}, nil, "", false, false, ""},
	{"xiaohan", "肖涵 · 交互设计师", 33, []string{"all-staff"}, nil, "", false, false, ""},
	{"emma.clark", "Emma Clark · Account Manager, Singapore", 29, []string{"all-staff", "customer-success"}, nil, "", true, false, ""},
	{"kenji.sato", "Kenji Sato · Solutions Architect, Tokyo", 28, []string{"all-staff"}, []string{"QcloudCVMReadOnlyAccess"}, "", false, true, ""},
	{"wb-lihua", "李华 · 外包，合作至年底", 30, []string{"contractors"}, nil, "", true, true, ""},
	{"wb-gaofeng", "高峰 · 外包，合作至年底", 30, []string{"contractors"}, nil, "", false, true, ""},
	{"wb-tianye", "田野 · 外包，已离场待清理", 30, []string{"contractors"}, nil, "", false, true, ""},
	{"svc-ci", "持续集成", 56, []string{"service-accounts"}, []string{"artifacts-readwrite", "release-deploy"}, "", false, true, ""},
	{"svc-gateway", "API 网关：为每个请求询问是否允许", 47, []string{"service-accounts"}, []string{"ask-decisions"}, "", false, true, ""},
	{"svc-monitor", "监控巡检", 50, []string{"service-accounts"}, []string{"QcloudCamReadOnlyAccess", "QcloudCVMReadOnlyAccess"}, "", false, true, ""},
	{"svc-order-events", "订单事件消费者", 44, []string{"service-accounts"}, []string{"order-events-consumer"}, "", false, true, ""},
	{"svc-backup", "备份", 49, []string{"service-accounts"}, []string{"data-lake-read", "QcloudCOSReadOnlyAccess"}, "", false, true, ""},
	{"svc-legacy-sync", "旧系统同步，迁移后未再使用", 198, []string{"service-accounts"}, []string{"migration-2025"}, "", false, true, ""},
}

// role is a role with whom it trusts: "account", "partner", the name of a user, or a service.
type role struct {
	name, about, trusts string
	day                 int
	session             int // seconds
	policies            []string
	tags                map[string]string
}

var roles = []role{
	{"oncall-operator", "值班操作，每次至多一小时 / on call, an hour at a time", "account", 48, 3600, []string{"oncall-operate"}, map[string]string{"team": "sre"}},
	{"data-pipeline", "计算节点上的数据管道 / data pipelines on machines", "cvm.qcloud.com", 46, 7200, []string{"data-lake-write"}, map[string]string{"team": "data"}},
	{"ci-deployer", "持续集成发布时使用 / deployments by continuous integration", "svc-ci", 45, 3600, []string{"release-deploy", "artifacts-readwrite"}, map[string]string{"team": "platform"}},
	{"partner-readonly", "合作伙伴北辰数据只读，需外部 ID / Beichen Data reads, with an external id", "partner", 32, 3600, []string{"reports-readonly"}, map[string]string{"partner": "beichen"}},
	{"legacy-migration", "迁移用，已完成（待清理） / for the migration, which is done", "account", 199, 0, []string{"migration-2025"}, nil},
}

// visits are what people do in the console, each once in a while. One has forgotten the password at first.
var visits = []visit{
	{"lilei", office, safari, UserPassword, []string{"cam:GetAccountSummary"}},
	{"hanmeimei", office, edge, UserPassword, []string{"cam:GetAccountSummary", "cam:ListUsers"}},
	{"songyi", office, chrome, UserPassword, []string{"cam:ListPolicies", "cam:ListUsers"}},
	{"zhangwei", office, chrome, UserPassword, []string{"cam:ListPolicies"}},
	{"chenyu", home, chrome, UserPassword, []string{"cam:ListAccessKeys"}},
	{"liuyang", office, firefox, "Liuyang-2025", nil},
	{"liuyang", office, firefox, UserPassword, []string{"cam:ListUsers"}},
	{"zhaomin", office, safari, UserPassword, nil},
	{"sunhao", home, chrome, UserPassword, nil},
	{"xuxin", office, edge, UserPassword, []string{"cam:ListAccessKeys"}},
	{"fengli", office, edge, UserPassword, []string{"cam:GetAccountSummary"}},
	{"tangning", office, edge, UserPassword, []string{"cam:ListPolicies"}},
	{"caoyan", home, edge, UserPassword, nil},
	{"dongmei", office, edge, UserPassword, []string{"cam:ListUsers"}},
	{"emma.clark", elsewhere, safari, UserPassword, nil},
	{"wb-lihua", office, chrome, UserPassword, []string{"cam:ListUsers"}},
}
