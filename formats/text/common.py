"""Syllables often met in names of people and in payment lists: what tells two possible readings apart.

Source: our own collection of surnames, middle and given names and of words of welfare lists; tones in the new style. A
syllable that is missing here is only no evidence.
"""

from __future__ import annotations

_SURNAMES = """
    âu ấu bàn bạch bế bùi cà cái cấn châu chảo cù cứ diệp doãn dương giàng giáp hà hàn hầu hạ hạng hoàng hồ hờ
    huỳnh hứa khổng khuất khúc kiều lâm lã lăng lại lê liêu lò lộ lù lư lương lường lưu lục lý mâu mẫn mã mạc
    mùa nghiêm nghị ngô nguyễn nhâm nhậm nhữ nông ô ông phàn phạm phí phó phùng phương quàng quách quản quảng
    sầm sùng sử tẩn tăng tạ thào thái thân thẩm thạch thiều tiêu tòng tô tôn tống trần triệu trịnh trương tưởng
    từ uông ưng vàng văn viên vòng võ vũ vương vưu vừ yên đàm đào đậu đặng điền đinh đoàn đồng đỗ đới đường
"""
_MIDDLE_AND_GIVEN = """
    ái ánh ân ảnh bá băng bằng bắc bảo bảy bé bình bích bính bông bốn bút bưởi cát cầm cần cẩm cẩn cả cải cảnh
    chánh chấn chất chiên chiêu chiến chiểu chí chín chính chở chuyên chương chứ chức còi công cơ cúc cương
    cường cửu dân dần dậu diễm diệu dính dĩ dĩnh dợ duẩn duyên duyệt dũ dũng dư dưỡng dự dục ên gái gấm giàu
    giác giỏi giới hàm hào hán hân hằng hải hảo hạc hạnh hạo hận hặc hẹn hiên hiền hiến hiếu hiển hiểu hiệp hiệu
    hỉ hoà hoài hoàn hoành hoá hoát hoằng hoạt hoè hồi hồng hợi hợp học hội huân huấn huê huế huệ huyên huyền
    hùng hưng hương hường hướng hưởng hữu hỷ ín kết khá kháng khánh khắc khả khải khiêm khiết khoái khôi khởi
    khuê khuyên khuyến khương kiên kiểu kiện kiệt kỳ ký kỹ kỷ lài lành lân lâu lãm lắm lạc lập lễ lệ liêm liên
    liễu liệu lĩnh lịch lô lợi lộc lội luân luận luật luyến luyện lũng lượng lực lựu lụa mây mãn mão mảy mạnh
    mận mậu mến miên miền miện mị mịch mơ muội mùi mười mừng mỹ mỷ năm nết ngà ngát ngân ngãi ngạn nghiệp nghĩa
    nghĩnh ngoạn ngôn ngọc ngọt nguyên nguyện nguyệt ngừng ngữ nhài nhàn nhân nhất nhẫn nhã nhạc nhạn nhật nhiên
    nhiệm nhị nhuần nhuận như nhường nhượng nhựt nương nữ pành páo pháp phát phấn phận phú phúc phước phượng
    phức phụng pó quân quế quốc quới quyên quyền quyến quyết quỳ quỳnh quý rạng sáng sáu sâm sĩ sơn sương sứ sửu
    tài tác tám tâm tân tây tần tấn tạo tập tèo thà thành thám thăng thắm thắng thảnh thảo thạc thận thật thê
    thêm thế thể thiên thiết thiện thiệt thiệu thìn thị thịnh thoả thoại thông thơ thơm thời thới thọ thuần
    thuận thuật thuyên thuyền thuyết thuỳ thuý thuỷ thư thương thường thước thưởng thức thực thụ thục tiên tiềm
    tiến tiếp tiếu tiệp tình tí tích tín tĩnh tỉnh tịnh toàn toán toản tố tốt tổng tới trà tráng trâm trân trầm
    trãi trạch trạng triều triết triển trình trí trọng truyền trú trúc trưng trường trực tuân tuấn tuất tuệ
    tuyền tuyến tuyết tuyển tuý tùng tú túc tủa tư tường tứ tửu tự tụ tý tỵ uyên uyển út vân vạn vận vẹn vệ viết
    viễn viện việt vĩ vĩnh vị vịnh vọng vượng vững vỹ vỵ xíu xoài xuân xuyên xuyến xứng yêm yến ý đan đài đàn
    đán đáng đãi đăng đắc đại đạo đạt đệ điềm điều điệp đình đích đỉnh định đoan đoá đô đôn đông đổng đợi độ
    được đức
"""
_OF_LISTS = """
    ấp bà bác bố bổ cách cấp căn cận cậu cháu chị chồng chú chủ có côi cuối của dâu diện dì giám giấy hàng hỗ họ
    hộ hưu khăn khoản khó lần liệt mất mạng mẹ mồ mợ ngày nghèo ngoại người nhận nơi nội nuôi phố phường rể số
    tên tháng thích thím thôn thứ tiền tổ trả trẻ trợ tuổi uỷ và với vợ xã đầu đơn đợt
"""

COMMON = frozenset(f"{_SURNAMES} {_MIDDLE_AND_GIVEN} {_OF_LISTS}".split())
