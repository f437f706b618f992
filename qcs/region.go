package qcs

// Region returns the long id of a region that has a short name, and any other
// name unchanged. Names are expected in lower case.
//
// The table joins the short names of the documentation with those of public
// client code; "sz" beside "szx" is our decision.
func Region(name string) string {
	// A switch rather than a map: the compiler searches it without a table
	// that other code could change.
	switch name {
	case "gz":
		return "ap-guangzhou"
	case "sh":
		return "ap-shanghai"
	case "bj":
		return "ap-beijing"
	case "cd":
		return "ap-chengdu"
	case "cq":
		return "ap-chongqing"
	case "nj":
		return "ap-nanjing"
	case "tj", "tsn":
		return "ap-tianjin"
	case "sz", "szx":
		return "ap-shenzhen"
	case "gzopen":
		return "ap-guangzhou-open"
	case "sg":
		return "ap-singapore"
	case "hk":
		return "ap-hongkong"
	case "jp":
		return "ap-tokyo"
	case "kr":
		return "ap-seoul"
	case "th":
		return "ap-bangkok"
	case "in":
		return "ap-mumbai"
	case "jkt":
		return "ap-jakarta"
	case "tpe":
		return "ap-taipei"
	case "osa":
		return "ap-osaka"
	case "use":
		return "na-ashburn"
	case "usw":
		return "na-siliconvalley"
	case "ca", "tor":
		return "na-toronto"
	case "de":
		return "eu-frankfurt"
	case "ru":
		return "eu-moscow"
	case "sao":
		return "sa-saopaulo"
	case "shjr":
		return "ap-shanghai-fsi"
	case "szjr":
		return "ap-shenzhen-fsi"
	case "bjjr":
		return "ap-beijing-fsi"
	}
	return name
}
