from .report import report_html as report_html
from .report import write_report as write_report
