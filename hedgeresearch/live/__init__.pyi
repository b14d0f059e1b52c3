from .audit import check_audit as check_audit
from .decision import Decision as Decision
from .decision import Known as Known
from .decision import Problem as Problem
from .leg import Leg as Leg
from .session import Session as Session
