package wecomtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// unit is a department of the company that Populate makes, at the place of its parent in the list.
type unit struct {
	parent    int // index; -1 is the root
	name, en  string
	weight    int // share of the members
	positions string
}

var units = []unit{
	{-1, "总裁办", "Executive Office", 1, "总裁助理 战略经理 董事会秘书"},
	{-1, "研发中心", "Research and Development", 1, "研发总监 技术专家 架构师"},
	{1, "平台研发部", "Platform Engineering", 6, "高级后端工程师 后端工程师 架构师"},
	{1, "数据平台部", "Data Platform", 5, "数据工程师 高级数据工程师 数据架构师"},
	{1, "前端与客户端部", "Web and Mobile", 5, "前端工程师 客户端工程师 高级前端工程师"},
	{1, "质量保障部", "Quality Assurance", 4, "测试工程师 测试开发工程师"},
	{1, "安全与运维部", "Security and Operations", 4, "运维工程师 安全工程师 数据库管理员"},
	{2, "身份与网关组", "Identity and Gateway", 3, "后端工程师 高级后端工程师"},
	{2, "存储组", "Storage", 3, "后端工程师 高级后端工程师"},
	{6, "应急响应组", "Incident Response", 2, "安全工程师 值班经理"},
	{-1, "产品与设计中心", "Product and Design", 1, "产品总监 设计总监"},
	{10, "产品部", "Product Management", 4, "产品经理 高级产品经理"},
	{10, "用户体验部", "User Experience", 3, "交互设计师 视觉设计师 用户研究员"},
	{-1, "销售中心", "Sales", 1, "销售总监 大客户总监"},
	{13, "华南大区", "South China", 6, "客户经理 大客户经理 售前工程师"},
	{13, "华东大区", "East China", 6, "客户经理 大客户经理 售前工程师"},
	{13, "华北大区", "North China", 5, "客户经理 售前工程师"},
	{13, "海外业务部", "International", 3, "Account-Manager Solutions-Architect"},
	{-1, "客户成功部", "Customer Success", 5, "客户成功经理 技术支持工程师"},
	{-1, "市场部", "Marketing", 3, "市场经理 内容运营 活动策划"},
	{-1, "财务部", "Finance", 3, "会计 财务分析师 出纳"},
	{-1, "人力资源部", "People", 3, "招聘经理 人事专员 薪酬专员"},
	{-1, "法务与合规部", "Legal and Compliance", 2, "法务经理 合规专员"},
	{-1, "行政与信息技术部", "Administration and IT", 2, "行政专员 IT工程师"},
}

// Surnames and given names as characters with their pinyin.
const (
	surnames = "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng 韩han 冯feng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai 蒋jiang 余yu"
	given    = "伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 洋yang 艳yan 勇yong 军jun 杰jie 娟juan 涛tao 超chao 明ming 霞xia 平ping 刚gang 浩hao 宇yu 轩xuan 晨chen 欣xin 怡yi 佳jia 琪qi 梓zi 涵han 子zi 墨mo 思si 源yuan 若ruo 溪xi 文wen 博bo 雨yu 桐tong 嘉jia 俊jun 晓xiao 婷ting 建jian 国guo 志zhi 鹏peng 海hai 燕yan 云yun 帆fan 一yi 诺nuo 天tian 宁ning"
)

// syllable is a character and its pinyin.
type syllable struct{ character, pinyin string }

func syllables(list string) []syllable {
	var found []syllable
	for _, s := range strings.Fields(list) {
		end := len("王")
		found = append(found, syllable{s[:end], s[end:]})
	}
	return found
}

// Populate gives an enterprise a believable tree of departments and n members, the same for the same seed: Chinese names,
// userids in pinyin, positions; of a hundred members some three have not activated their account and one is disabled. The tags 1
// and 2 are made too. Nothing is pushed about it.
func (s *Server) Populate(corpID string, n int) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		h := hiring{c: c, random: rand.New(rand.NewPCG(s.config.Seed, 600)), surnames: syllables(surnames), given: syllables(given)}
		for i, u := range units {
			d := Department{ID: i + 2, ParentID: u.parent + 2, Order: 1000 - i, Name: u.name, NameEN: u.en}
			if u.parent < 0 {
				d.ParentID = 1
			}
			c.departments[d.ID] = &d
			for range u.weight {
				h.places = append(h.places, i)
			}
		}
		var tagged []string
		for i := range n {
			m := h.hire(i)
			if i%40 == 7 {
				tagged = append(tagged, m.UserID)
			}
			c.put(&m)
		}
		c.tags[1] = &Tag{ID: 1, Name: "信息安全联络人", Users: tagged}
		c.tags[2] = &Tag{ID: 2, Name: "海外办公", Departments: []int{19}}
		return nil, nil
	})
}

// hiring is what Populate draws members with.
type hiring struct {
	c               *corp
	random          *rand.Rand
	places          []int // index of a unit, as often as it weighs
	surnames, given []syllable
}

// hire makes the i-th member. The first ones lead a department each.
func (h *hiring) hire(i int) Member {
	m := h.person()
	at := h.places[h.random.IntN(len(h.places))]
	if i < len(units) {
		at, m.Leads = i, true
		h.c.departments[at+2].Leaders = []string{m.UserID}
	}
	positions := strings.Fields(units[at].positions)
	m.Departments, m.Position = []int{at + 2}, strings.ReplaceAll(positions[h.random.IntN(len(positions))], "-", " ")
	if h.random.IntN(20) == 0 {
		m.Departments = append(m.Departments, (at+1+h.random.IntN(len(units)-1))%len(units)+2)
	}
	switch roll := h.random.IntN(100); {
	case m.Leads:
	case roll < 3:
		m.Status = NotActivated
	case roll < 4:
		m.Status = Disabled
	}
	return m
}

// person draws a name, and a userid that is free.
func (h *hiring) person() Member {
	pick := func(from []syllable) syllable { return from[h.random.IntN(len(from))] }
	family, one, two := pick(h.surnames), pick(h.given), pick(h.given)
	if h.random.IntN(3) == 0 {
		two = syllable{}
	}
	pinyin := family.pinyin + one.pinyin + two.pinyin
	id := pinyin
	for n := 2; h.c.members[id] != nil; n++ {
		id = pinyin + strconv.Itoa(n)
	}
	return Member{UserID: id, Name: family.character + one.character + two.character, Status: Active, Gender: strconv.Itoa(1 + h.random.IntN(2)),
		Mobile: fmt.Sprintf("1380000%04d", h.random.IntN(10000)), Email: id + "@example.com", BizMail: id + "@corp.example.com",
		Telephone: fmt.Sprintf("0755-8600%04d", h.random.IntN(10000))}
}
